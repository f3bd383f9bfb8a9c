import encoded from "../../wasm/khp.wasm"; // a string by printable.js, which the build puts here
import { decode } from "./printable.js";

/** @type {import("./module.js").Provider} */
export const inlined = {
  compile: async () => WebAssembly.compile(decode(encoded)),
  compileNow: () => new WebAssembly.Module(decode(encoded)),
};
