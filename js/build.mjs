// Builds the npm package's files into dist/ and prints their sizes.

import { execFileSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "esbuild";
import { encode } from "./src/printable.js";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

const { name, version, license } = JSON.parse(
  readFileSync("package.json", "utf8"),
);

/** @type {import("esbuild").Plugin} */
const inlineWasm = {
  name: "inline-wasm",
  setup(build) {
    build.onLoad({ filter: /\.wasm$/ }, ({ path }) => ({
      contents: `export default ${JSON.stringify(encode(readFileSync(path)))};`,
    }));
  },
};

/**
 * @param {string} entry
 * @param {string} outfile
 * @param {"esm" | "iife"} format
 */
async function bundle(entry, outfile, format) {
  await build({
    entryPoints: [`js/src/${entry}`],
    outfile: `dist/${outfile}`,
    format,
    bundle: true,
    minify: true,
    sourcemap: true,
    target: "es2022",
    banner: { js: `/*! ${name} ${version}, ${license} */` },
    plugins: [inlineWasm],
    logLevel: "warning",
  });
}

const globalTypes = `declare global {
  var KaazingWebSocket: typeof import("./kaazing-websocket.js").KaazingWebSocket;
  type KaazingWebSocket = import("./kaazing-websocket.js").KaazingWebSocket;
}
export {};
`;

/** Types are what tsc reads from the comments; each entry has a file beside it that leads there. */
function emitTypes() {
  rmSync("dist/types", { recursive: true, force: true });
  execFileSync(
    process.execPath,
    ["node_modules/typescript/bin/tsc", "--project", "js"],
    {
      stdio: "inherit",
    },
  );
  for (const [entry, source] of [
    ["kaazing-websocket", "index"],
    ["slim", "slim"],
  ])
    writeFileSync(
      `dist/${entry}.d.ts`,
      `export * from "./types/${source}.js";\nexport { default } from "./types/${source}.js";\n`,
    );
  writeFileSync("dist/kaazing-websocket.iife.d.ts", globalTypes);
}

/** @param {string[]} names */
function printSizes(names) {
  const row = (...cells) =>
    console.log(
      cells
        .map((c, i) => `${c}`[i ? "padStart" : "padEnd"](i ? 9 : 28))
        .join(""),
    );
  row("bytes", "raw", "gzip", "brotli");
  for (const name of names) {
    const bytes = readFileSync(`dist/${name}`);
    const gzip = gzipSync(bytes, { level: 9 });
    row(name, bytes.length, gzip.length, brotliCompressSync(bytes).length);
  }
}

mkdirSync("dist", { recursive: true });
await bundle("iife.js", "kaazing-websocket.iife.js", "iife");
await bundle("index.js", "kaazing-websocket.mjs", "esm");
await bundle("slim.js", "slim.mjs", "esm");
cpSync("wasm/khp.wasm", "dist/khp.wasm");
emitTypes();
printSizes([
  "kaazing-websocket.iife.js",
  "kaazing-websocket.mjs",
  "slim.mjs",
  "khp.wasm",
]);
