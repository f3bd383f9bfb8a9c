// What the build makes of a module that is imported: printable.js decodes it.
declare module "*.wasm" {
  const encoded: string;
  export default encoded;
}
