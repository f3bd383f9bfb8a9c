/**
 * WebSocket frames (RFC 6455 5.2) as a server writes and reads them. Nothing
 * is checked when writing: the fault server must be able to do wrong.
 */

export const Opcode = Object.freeze({
  continuation: 0x0,
  text: 0x1,
  binary: 0x2,
  close: 0x8,
  ping: 0x9,
  pong: 0xa,
});

/**
 * @param {{opcode: number, payload?: Buffer, fin?: boolean, rsv?: number}} frame
 *   rsv: the three reserved bits as a number from 0 to 7
 * @returns {Buffer}
 */
export function encodeFrame({
  opcode,
  payload = Buffer.alloc(0),
  fin = true,
  rsv = 0,
}) {
  const first = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  const size = payload.length;
  if (size < 126) return Buffer.concat([Buffer.from([first, size]), payload]);
  const head = Buffer.alloc(size < 65536 ? 4 : 10);
  head[0] = first;
  if (size < 65536) {
    head[1] = 126;
    head.writeUInt16BE(size, 2);
  } else {
    head[1] = 127;
    head.writeBigUInt64BE(BigInt(size), 2);
  }
  return Buffer.concat([head, payload]);
}

/**
 * @param {number} [code] without one the payload is empty
 * @param {string} [reason]
 */
export function encodeClose(code, reason = "") {
  const payload = Buffer.alloc(code === undefined ? 0 : 2);
  if (code !== undefined) payload.writeUInt16BE(code);
  return encodeFrame({
    opcode: Opcode.close,
    payload: Buffer.concat([payload, Buffer.from(reason)]),
  });
}

/** @param {Buffer} payload @returns {{code: number, reason: string}} 1005 if the frame has no code */
export function decodeClose(payload) {
  if (payload.length < 2) return { code: 1005, reason: "" };
  return { code: payload.readUInt16BE(), reason: payload.toString("utf8", 2) };
}

/** Puts the masked frames of a client together from the pieces that TCP delivers. */
export class FrameReader {
  #buffer = Buffer.alloc(0);

  /**
   * @param {Buffer} chunk
   * @returns {{opcode: number, fin: boolean, payload: Buffer}[]} the frames that this chunk completed
   */
  push(chunk) {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    const frames = [];
    for (let frame = this.#next(); frame; frame = this.#next())
      frames.push(frame);
    return frames;
  }

  #next() {
    const b = this.#buffer;
    if (b.length < 2) return null;
    if (!(b[1] & 0x80))
      throw new Error("the client sent a frame without a mask");
    let size = b[1] & 0x7f;
    let at = 2;
    if (size === 126) {
      if (b.length < 4) return null;
      size = b.readUInt16BE(2);
      at = 4;
    } else if (size === 127) {
      if (b.length < 10) return null;
      size = Number(b.readBigUInt64BE(2));
      at = 10;
    }
    if (b.length < at + 4 + size) return null;
    const mask = b.subarray(at, at + 4);
    const payload = Buffer.from(b.subarray(at + 4, at + 4 + size));
    for (let i = 0; i < size; i++) payload[i] ^= mask[i & 3];
    this.#buffer = b.subarray(at + 4 + size);
    return { opcode: b[0] & 0x0f, fin: (b[0] & 0x80) !== 0, payload };
  }
}
