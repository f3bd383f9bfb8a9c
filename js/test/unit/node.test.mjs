// Outside of browsers: where there is no WebSocket, and where it is one written in JavaScript, which fires events that
// are not trusted.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { after, describe, test } from "node:test";
import { promisify } from "node:util";
import { createCertificate } from "../server/certificate.js";
import { FaultServer } from "../server/fault-server.js";

const script = fileURLToPath(new URL("node-page.mjs", import.meta.url));

/**
 * @param {string} flag
 * @param {string} url
 * @returns {Promise<string[]>} what the page has seen
 */
async function visit(flag, url) {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [flag, "--no-warnings", script, url],
    { timeout: 10_000 },
  );
  return JSON.parse(stdout);
}

const head = (...lines) => ({ text: [...lines, "", ""].join("\r\n") });
const marker = { bytes: "" };
const switching = head("HTTP/1.1 101 Switching Protocols");

describe("with Node's own WebSocket", async () => {
  const server = new FaultServer();
  const {
    control,
    ports: [port],
  } = await server.start(createCertificate());
  after(() => server.stop());

  /** @param {object[]} frames what is sent after the request */
  async function serve(frames) {
    const steps = [["accept", {}], ["receive"], ["send", { frames }], ["echo"]];
    const response = await fetch(`http://127.0.0.1:${control}/scripts`, {
      method: "POST",
      body: JSON.stringify([steps]),
    });
    const { id } = await response.json();
    return `ws://127.0.0.1:${port}/${id}`;
  }

  test("opens, with what came along right after the handshake", async () => {
    const url = await serve([switching, marker, { text: "first" }]);
    assert.deepEqual(await visit("--experimental-websocket", url), [
      "connecting",
      `open ${url}`,
      "message first",
      "message hello",
      "close 3000 bye",
    ]);
  });

  test("opens after a redirect", async () => {
    const to = await serve([switching, marker]);
    const from = await serve([head("HTTP/1.1 302 Found", `Location: ${to}`)]);
    assert.deepEqual(await visit("--experimental-websocket", from), [
      "connecting",
      `open ${to}`,
      "message hello",
      "close 3000 bye",
    ]);
  });

  test("fails", async () => {
    const url = await serve([head("HTTP/1.1 403 Forbidden")]);
    assert.deepEqual(await visit("--experimental-websocket", url), [
      "connecting",
      "error status 403",
      "close 1006 ",
    ]);
  });
});

test("without a WebSocket importing works, and the constructor says what is missing", async () => {
  assert.deepEqual(await visit("--no-experimental-websocket", "ws://host/"), [
    "NotSupportedError: KaazingWebSocket needs a WebSocket to build on: there was no globalThis.WebSocket when its script ran",
  ]);
});
