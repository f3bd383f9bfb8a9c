import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { decode, encode } from "../../src/printable.js";

const every = Uint8Array.from({ length: 256 }, (_, i) => i);

test("decodes what it has encoded", () => {
  const wasm = readFileSync(new URL("../../../wasm/khp.wasm", import.meta.url));
  for (const bytes of [new Uint8Array(), every, every.slice().reverse(), wasm])
    assert.deepEqual([...decode(encode(bytes))], [...bytes]);
});

test("needs no escape in a string literal, and opens no tag", () => {
  const text = encode(every);
  assert.match(text, /^[\x20-\x7e]+$/);
  assert.doesNotMatch(text, /["\\<]/);
  assert.equal(JSON.stringify(text).length, text.length + 2);
});
