import { assert } from "chai";
import { KaazingWebSocket } from "kaazing-websocket";
import { failed, opened } from "./support/outcome.js";
import { begin, echo, head, marker, peer, send } from "./support/peer.js";

// As DefaultHeadBytes and its like have them in khpcore.
const limits = {
  headBytes: 16 << 10,
  lineBytes: 8 << 10,
  headerCount: 100,
  bodyBytes: 64 << 10,
  messages: 16 << 10,
};

/** @param {any[]} messages */
async function opensOn(...messages) {
  const server = await peer([...begin(), send(...messages), echo()]);
  const socket = new KaazingWebSocket(server.url);
  await opened(socket);
  socket.close();
  await server.transcript();
}

/** @param {string} limit its name, as the error tells it @param {any[]} messages */
async function isOver(limit, ...messages) {
  const server = await peer([...begin(), send(...messages)]);
  const error = await failed(new KaazingWebSocket(server.url), "limit");
  assert.include(error.message, limit);
  assert.equal((await server.transcript()).close?.code, 4000);
}

/** A head of that many bytes, in lines that are short enough. @param {number} size */
function headOf(size) {
  const line = `X-Pad: ${"x".repeat(1000)}`;
  const lines = [];
  while (head("101 OK", ...lines, line, "X: ").length <= size) lines.push(line);
  const rest = size - head("101 OK", ...lines, "X: ").length;
  const whole = head("101 OK", ...lines, `X: ${"x".repeat(rest)}`);
  assert.equal(whole.length, size);
  return whole;
}

/** A head whose second line has that many bytes. @param {number} size */
const lineOf = (size) => head("101 OK", `X: ${"x".repeat(size - 3)}`);
/** @param {number} count */
const headersOf = (count) =>
  head("101 OK", ...Array.from({ length: count }, (_, i) => `X-${i}: ${i}`));
/** @param {number} size */
const bodyOf = (size) =>
  head("201 OK", `Content-Length: ${size}`) + "b".repeat(size);

describe("the limit", () => {
  it("HeadBytes holds at its number and not above", async () => {
    await opensOn({ bytes: headOf(limits.headBytes - 1) }, marker);
    await opensOn({ bytes: headOf(limits.headBytes) }, marker);
    await isOver("HeadBytes", { bytes: headOf(limits.headBytes + 1) }, marker);
  });

  it("HeadBytes holds for a head that never ends, and for one in pieces", async () => {
    await isOver("HeadBytes", {
      bytes: headOf(limits.headBytes + 1000).slice(0, -2),
      each: 1000,
    });
    await opensOn({ bytes: headOf(limits.headBytes), each: 999 }, marker);
  });

  it("LineBytes holds at its number and not above", async () => {
    await opensOn({ bytes: lineOf(limits.lineBytes - 1) }, marker);
    await opensOn({ bytes: lineOf(limits.lineBytes) }, marker);
    await isOver("LineBytes", { bytes: lineOf(limits.lineBytes + 1) }, marker);
    await isOver("LineBytes", {
      bytes: "x".repeat(limits.lineBytes + 100),
      each: 100,
    });
  });

  it("LineBytes holds for the status line", async () => {
    const reason = "r".repeat(limits.lineBytes - "HTTP/1.1 101 ".length);
    await opensOn({ bytes: head(`101 ${reason}`) }, marker);
    await isOver("LineBytes", { bytes: head(`101 ${reason}r`) }, marker);
  });

  it("HeaderCount holds at its number and not above", async () => {
    await opensOn({ bytes: headersOf(limits.headerCount - 1) }, marker);
    await opensOn({ bytes: headersOf(limits.headerCount) }, marker);
    await isOver(
      "HeaderCount",
      { bytes: headersOf(limits.headerCount + 1) },
      marker,
    );
  });

  it("BodyBytes holds at its number and not above", async () => {
    await opensOn({ bytes: bodyOf(limits.bodyBytes - 1) }, marker);
    await opensOn({ bytes: bodyOf(limits.bodyBytes) }, marker);
    await isOver("BodyBytes", {
      bytes: head("201 OK", `Content-Length: ${limits.bodyBytes + 1}`),
    });
    await isOver("BodyBytes", {
      bytes: head("201 OK", "Content-Length: 99999999999999999999"),
    });
  });

  it("Messages holds at its number and not above, end marker included", async () => {
    const start = head("201 OK", "Content-Length: 16000");
    /** @param {number} count of messages, of one byte each */
    const response = (count) =>
      head(
        "201 OK",
        "Content-Length: 16000",
        `X: ${"x".repeat(count - 16000 - start.length - 5)}`,
      ) + "b".repeat(16000);
    assert.equal(response(limits.messages - 1).length, limits.messages - 1);
    await opensOn({ bytes: response(limits.messages - 1), each: 1 }, marker);
    await isOver(
      "Messages",
      { bytes: response(limits.messages), each: 1 },
      marker,
    );
  });
});
