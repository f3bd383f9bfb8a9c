// What khp.wasm imports: the hashes of the scheme Digest, and random numbers.

// The classes: the functions around them would bring what only other users need.
import { _MD5 } from "@noble/hashes/legacy.js";
import { _SHA256, _SHA512_256 } from "@noble/hashes/sha2.js";

/** By the module's numbers, from 1. */
const hashes = [_MD5, _SHA256, _SHA512_256];

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
        const digest = new hashes[algorithm - 1]()
          .update(bytes(data, size))
          .digest();
        bytes(out, digest.length).set(digest);
        return digest.length;
      },
      /**
       * @param {number} out
       * @param {number} size
       */
      random(out, size) {
        return crypto.getRandomValues(bytes(out, size)).length;
      },
    },
  };
}
