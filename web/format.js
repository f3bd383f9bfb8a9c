const MAX_TEXT = 4000;
const MAX_BYTES = 64;

/**
 * Milliseconds since the start.
 * @param {number} ms
 */
export function time(ms) {
  return `+${ms.toFixed(1)} ms`;
}

/** @param {number} n */
export function bytes(n) {
  return n === 1 ? "1 byte" : `${n} bytes`;
}

/**
 * The size of a message's data on the wire.
 * @param {unknown} data
 */
export function sizeOf(data) {
  if (typeof data === "string") return new TextEncoder().encode(data).length;
  if (data instanceof Blob) return data.size;
  return /** @type {ArrayBuffer | ArrayBufferView} */ (data).byteLength;
}

/** @param {unknown} data */
export function typeOf(data) {
  return typeof data === "string" ? "text" : "binary";
}

/**
 * Bytes as hexadecimal pairs.
 * @param {ArrayBuffer | ArrayBufferView} data
 */
export function hex(data) {
  const all = ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
  const shown = Array.from(all.subarray(0, MAX_BYTES), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join(" ");
  const left = all.length - MAX_BYTES;
  return left > 0 ? `${shown} … and ${bytes(left)} more` : shown;
}

/**
 * Text cut to a length that a page shows well.
 * @param {string} text
 */
export function shorten(text) {
  const left = text.length - MAX_TEXT;
  return left > 0
    ? `${text.slice(0, MAX_TEXT)} … and ${left} characters more`
    : text;
}
