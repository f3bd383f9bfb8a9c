const encoder = new TextEncoder();

/**
 * @param {unknown} data what send() takes
 * @returns {number} how many bytes of bufferedAmount it stands for
 */
export function byteLength(data) {
  if (data instanceof Blob) return data.size;
  if (data instanceof ArrayBuffer || ArrayBuffer.isView(data))
    return data.byteLength;
  return encoder.encode(`${data}`).length;
}
