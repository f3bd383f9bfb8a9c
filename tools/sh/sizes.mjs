// Prints the size of each file in a folder that a page would load: as it is, and as a server would compress it.
// usage: node sizes.mjs FOLDER

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

const folder = process.argv[2];
const names = readdirSync(folder)
  .filter((name) => /\.(js|mjs|wasm)$/.test(name))
  .sort();

const row = (name, ...sizes) =>
  console.log(
    name.padEnd(32) + sizes.map((s) => String(s).padStart(10)).join(""),
  );

row("bytes", "raw", "gzip", "brotli");
for (const name of names) {
  const bytes = readFileSync(join(folder, name));
  row(
    name,
    bytes.length,
    gzipSync(bytes, { level: 9 }).length,
    brotliCompressSync(bytes).length,
  );
}
