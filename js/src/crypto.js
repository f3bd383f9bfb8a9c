// What khp.wasm imports: the hashes of the scheme Digest, and random numbers.

import { md5 } from "@noble/hashes/legacy.js";
import { sha256, sha512_256 } from "@noble/hashes/sha2.js";

/** By the module's numbers, from 1. */
const hashes = [md5, sha256, sha512_256];

/**
 * @param {() => WebAssembly.Memory} memory
 * @returns {WebAssembly.Imports}
 */
export function cryptoImports(memory) {
  /**
   * @param {number} offset
   * @param {number} length
   */
  const bytes = (offset, length) =>
    new Uint8Array(memory().buffer, offset >>> 0, length >>> 0);
  return {
    khp: {
      /**
       * @param {number} algorithm
       * @param {number} data
       * @param {number} size
       * @param {number} out
       */
      hash(algorithm, data, size, out) {
        const digest = hashes[algorithm - 1](bytes(data, size));
        bytes(out, digest.length).set(digest);
        return digest.length;
      },
      /**
       * @param {number} out
       * @param {number} size
       */
      random(out, size) {
        crypto.getRandomValues(bytes(out, size));
      },
    },
  };
}
