// What an extension of the page's own does with messages.

import { kind } from "./misuse.js";
import { copyBytes, isBufferSource } from "./send-data.js";

/**
 * A message, as transforms are given it.
 *
 * @typedef {string | ArrayBuffer} MessageData
 */

/**
 * Makes another message of one, or none. Messages stay in order while it
 * takes its time.
 *
 * @callback MessageTransform
 * @param {MessageData} data
 * @returns {string | BufferSource | undefined | PromiseLike<string | BufferSource | undefined>}
 */

/**
 * @template T
 * @typedef {T | PromiseLike<T>} Awaitable
 */

/**
 * A transform whose result has been checked. It fails with an Error whose cause
 * is what went wrong.
 *
 * @typedef {(data: MessageData) => Awaitable<MessageData | undefined>} CheckedTransform
 */

/**
 * @param {string} what names the transform in errors
 * @param {MessageTransform} transform
 * @returns {CheckedTransform}
 */
export function checkedTransform(what, transform) {
  /** @param {unknown} cause @returns {never} */
  const fail = (cause) => {
    throw new Error(`${what} failed`, { cause });
  };
  return (data) => {
    try {
      const result = transform(data);
      return isThenable(result)
        ? Promise.resolve(result).then(toData).catch(fail)
        : toData(result);
    } catch (cause) {
      return fail(cause);
    }
  };
}

/**
 * @param {CheckedTransform[]} transforms
 * @param {Awaitable<MessageData>} data
 * @returns {Awaitable<MessageData | undefined>} what they make of it, one after
 *   the other; a promise only where there is something to wait for
 */
export function through(transforms, data) {
  return transforms.reduce(
    (/** @type {Awaitable<MessageData | undefined>} */ before, transform) => {
      /** @param {MessageData | undefined} data */
      const next = (data) => (data === undefined ? undefined : transform(data));
      return isThenable(before) ? before.then(next) : next(before);
    },
    data,
  );
}

/**
 * @param {any} value
 * @returns {value is PromiseLike<any>}
 */
export function isThenable(value) {
  return typeof value?.then === "function";
}

/**
 * @param {unknown} result
 * @returns {MessageData | undefined}
 */
function toData(result) {
  if (result === undefined || typeof result === "string") return result;
  if (isBufferSource(result))
    return ArrayBuffer.isView(result) ? copyBytes(result).buffer : result;
  throw new TypeError(
    `got ${kind(result)}, want a string, an ArrayBuffer, a view of one, undefined or a promise of these`,
  );
}
