import { readdir } from "node:fs/promises";
import { connect } from "node:net";
import { FaultServer } from "./fault-server.js";
import { startKhpd } from "./khpd.js";
import { startUpstream } from "./upstream.js";

/** The recorded handshakes of khpcore, which the browser replays. */
const transcripts = new URL(
  "../../../khpcore/testdata/transcripts/",
  import.meta.url,
);

/**
 * Starts every server of the browser suite on a free port and tells the tests,
 * at /servers.json, where they are; /transcripts.json names khpcore's recorded
 * handshakes. WebSockets to the page's own origin go to
 * `khpd demo`, which takes only pages of its own origin.
 *
 * @param {{certificate: {key: string, cert: string}, mappedHost: string | null}} options
 *   mappedHost: a name that the browsers under test resolve to 127.0.0.1
 * @returns {import("@web/test-runner").TestRunnerPlugin}
 */
export function serversPlugin({ certificate, mappedHost }) {
  /** @type {(() => Promise<void>)[]} */
  const stops = [];
  let addresses = {};
  return {
    name: "servers",
    async serverStart({ config, server }) {
      const fault = new FaultServer();
      const { control, ports } = await fault.start(certificate);
      stops.push(() => fault.stop());
      const upstream = await startUpstream();
      stops.push(upstream.stop);
      const demo = await startKhpd("demo", "--listen", "127.0.0.1:0");
      stops.push(demo.stop);
      const gateway = await startKhpd(
        ...["serve", "--listen", "127.0.0.1:0"],
        ...["--upstream", `ws://127.0.0.1:${upstream.port}`],
        ...["--allow-origin", `http://${config.hostname}:${config.port}`],
      );
      stops.push(gateway.stop);
      server?.on("upgrade", (request, socket, head) => {
        if (request.url !== "/wds") forward(request, socket, head, demo.port); // /wds is the runner's own
      });
      const [port, other] = ports;
      addresses = {
        control: `http://127.0.0.1:${control}`,
        fault: {
          plain: `ws://127.0.0.1:${port}`,
          otherPort: `ws://127.0.0.1:${other}`,
          otherHost: `ws://localhost:${port}`,
          secure: `wss://127.0.0.1:${port}`,
          mapped: mappedHost && `ws://${mappedHost}:${port}`,
        },
        gateway: `ws://127.0.0.1:${gateway.port}`,
        upstream: `ws://127.0.0.1:${upstream.port}`,
      };
    },
    async serverStop() {
      for (const stop of stops.reverse()) await stop();
    },
    async serve({ path }) {
      if (path === "/servers.json")
        return { body: JSON.stringify(addresses), type: "json" };
      if (path === "/transcripts.json")
        return {
          body: JSON.stringify(await readdir(transcripts)),
          type: "json",
        };
    },
  };
}

/**
 * Passes an upgrade request on as it came.
 *
 * @param {import("node:http").IncomingMessage} request
 * @param {import("node:stream").Duplex} socket
 * @param {Buffer} head
 * @param {number} port
 */
function forward(request, socket, head, port) {
  const target = connect(port, "127.0.0.1");
  const lines = [`${request.method} ${request.url} HTTP/1.1`];
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    lines.push(`${request.rawHeaders[i]}: ${request.rawHeaders[i + 1]}`);
  }
  target.write(`${lines.join("\r\n")}\r\n\r\n`);
  target.write(head);
  target.pipe(socket).pipe(target);
  target.on("error", () => socket.destroy());
  socket.on("error", () => target.destroy());
}
