import { createServer as createHttpServer } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { Connection } from "./connection.js";
import { Script } from "./scripts.js";

/** How long a test may wait for its transcript or for a mark. */
const patience = 8000;

/**
 * A WebSocket server that does what each test tells it, right or wrong, and
 * tells afterwards what the client did. It listens on two ports, with and
 * without TLS on each, which have all paths in common, so that a test can
 * redirect from one origin to another. Its control port answers any page:
 *
 *   POST /scripts            a list of plans, each a list of steps -> {"id": "7"};
 *                            connections to /7 follow them
 *   GET  /transcripts/7      when all planned connections are over: what they did
 *   GET  /marks/7/name       when a connection has set that mark
 *   POST /marks/7/name       sets a mark that a connection waits for
 */
export class FaultServer {
  /** @type {Map<string, Script>} */
  #scripts = new Map();
  #lastId = 0;
  /** @type {import("node:net").Server[]} */
  #servers = [];
  /** @type {Set<import("node:stream").Duplex>} */
  #sockets = new Set();

  /**
   * @param {{key: string, cert: string}} certificate
   * @returns {Promise<{control: number, ports: [number, number]}>}
   */
  async start(certificate) {
    const control = createHttpServer(
      (request, response) => void this.#control(request, response),
    );
    const secure = createTlsServer(certificate, (socket) =>
      this.#opening(socket),
    );
    secure.on("tlsClientError", () => {}); // the client's side of it is what a test looks at
    const open = () => createTcpServer((socket) => this.#sniff(socket, secure));
    const [one, other] = [open(), open()];
    this.#servers = [control, one, other];
    for (const server of this.#servers) {
      server.on("connection", (socket) => {
        this.#sockets.add(socket);
        socket.on("close", () => this.#sockets.delete(socket));
      });
      await new Promise((resolve) =>
        server.listen(0, "127.0.0.1", () => resolve(undefined)),
      );
    }
    return { control: port(control), ports: [port(one), port(other)] };
  }

  async stop() {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(
      this.#servers.map(
        (server) => new Promise((resolve) => server.close(resolve)),
      ),
    );
  }

  /**
   * Looks at the first byte: 22 begins a TLS handshake (RFC 8446 5.1).
   *
   * @param {import("node:net").Socket} socket
   * @param {import("node:tls").Server} secure
   */
  #sniff(socket, secure) {
    socket.on("error", () => {}); // a reset; the connection's end is what counts
    socket.once("data", (chunk) => {
      socket.pause();
      socket.unshift(chunk);
      if (chunk[0] === 22) secure.emit("connection", socket);
      else this.#opening(socket.resume());
    });
  }

  /** Reads the opening request and hands the connection to the script of its path. @param {import("node:net").Socket} socket */
  #opening(socket) {
    let received = Buffer.alloc(0);
    /** @param {Buffer} chunk */
    const read = (chunk) => {
      received = Buffer.concat([received, chunk]);
      const end = received.indexOf("\r\n\r\n");
      if (end < 0) return;
      socket.off("data", read);
      const head = received.toString("latin1", 0, end + 4);
      const id = /^GET \/([^/? ]*)/.exec(head)?.[1] ?? "";
      const script = this.#scripts.get(id);
      if (!script)
        return void socket.end(
          "HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n",
        );
      script.add(new Connection(socket, head, received.subarray(end + 4)));
    };
    socket.on("data", read);
    socket.on("error", () => {});
  }

  /** @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response */
  async #control(request, response) {
    response.setHeader("Access-Control-Allow-Origin", "*");
    response.setHeader("Cache-Control", "no-store");
    try {
      const answer = await this.#answer(request);
      response.setHeader("Content-Type", "application/json");
      response.end(JSON.stringify(answer));
    } catch (error) {
      response.statusCode = 500;
      response.end(/** @type {Error} */ (error).message);
    }
  }

  /** @param {import("node:http").IncomingMessage} request */
  async #answer(request) {
    const [, what, id, name] = decodeURIComponent(request.url ?? "").split("/");
    if (what === "scripts") {
      const plans = JSON.parse(await body(request));
      const newId = String(++this.#lastId);
      this.#scripts.set(newId, new Script(plans));
      return { id: newId };
    }
    const script = this.#scripts.get(id);
    if (!script) throw new Error(`no script ${id}`);
    if (what === "transcripts") return this.#transcripts(id, script);
    if (what !== "marks") throw new Error(`no such thing: ${what}`);
    if (request.method === "POST") script.gate.open(name);
    else
      await inTime(
        script.gate.wait(name),
        `the mark "${name}" of script ${id}`,
      );
    return {};
  }

  /** @param {string} id @param {Script} script */
  async #transcripts(id, script) {
    await inTime(script.transcripts(), `the end of script ${id}`).catch(
      (error) => {
        const soFar = script.connections.map(
          (connection) => connection.transcript,
        );
        throw new Error(`${error.message}; so far: ${JSON.stringify(soFar)}`);
      },
    );
    this.#scripts.delete(id);
    return script.connections.map((connection) => connection.transcript);
  }
}

/** @param {import("node:net").Server} server */
function port(server) {
  return /** @type {import("node:net").AddressInfo} */ (server.address()).port;
}

/** @param {import("node:http").IncomingMessage} request */
async function body(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** @template T @param {Promise<T>} promise @param {string} what @returns {Promise<T>} */
async function inTime(promise, what) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`waited ${patience} ms for ${what}`)),
      patience,
    );
  });
  try {
    return /** @type {T} */ (await Promise.race([promise, late]));
  } finally {
    clearTimeout(timer);
  }
}
