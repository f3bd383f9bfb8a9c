// What send() takes: (BufferSource or Blob or USVString), as Web IDL has it.

const encoder = new TextEncoder();

/**
 * By its tag, not by instanceof: it may come from another frame.
 *
 * @param {unknown} value
 * @returns {value is BufferSource}
 */
export function isBufferSource(value) {
  return ArrayBuffer.isView(value) || tag(value) === "[object ArrayBuffer]";
}

/**
 * @param {unknown} value
 * @returns {value is Blob}
 */
export function isBlob(value) {
  return ["[object Blob]", "[object File]"].includes(tag(value));
}

/** @param {unknown} value */
function tag(value) {
  return Object.prototype.toString.call(value);
}

/**
 * @param {BufferSource} source
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function copyBytes(source) {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(
        source.buffer,
        source.byteOffset,
        source.byteLength,
      ).slice()
    : new Uint8Array(source).slice();
}

/**
 * @param {unknown} data what send() is given
 * @returns {string | BufferSource | Blob}
 */
export function toMessage(data) {
  return isBufferSource(data) || isBlob(data) ? data : `${data}`;
}

/**
 * @param {string | BufferSource | Blob} message
 * @returns {string | ArrayBuffer | Promise<ArrayBuffer>} what it holds now
 */
export function contents(message) {
  if (typeof message === "string") return message;
  if (!isBlob(message)) return copyBytes(message).buffer;
  const bytes = message.arrayBuffer();
  bytes.catch(() => {}); // who uses it hears of it
  return bytes;
}

/**
 * @param {unknown} data what send() takes
 * @returns {number} how many bytes of bufferedAmount it stands for
 */
export function byteLength(data) {
  if (isBlob(data)) return data.size;
  if (isBufferSource(data)) return data.byteLength;
  return encoder.encode(`${data}`).length;
}
