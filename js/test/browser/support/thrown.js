/**
 * What a call throws, as far as a script can tell browsers apart by it: the
 * kind and the name of the exception. Null if it throws nothing.
 *
 * @param {() => unknown} call
 * @returns {string | null} for example "DOMException SyntaxError"
 */
export function thrownBy(call) {
  try {
    call();
  } catch (/** @type {any} */ error) {
    return `${error.constructor.name} ${error.name}`;
  }
  return null;
}
