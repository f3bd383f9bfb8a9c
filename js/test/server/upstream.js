import { WebSocketServer } from "ws";

/**
 * An ordinary WebSocket server that has never heard of KHP, for the gateway to
 * stand in front of. It echoes; its paths do one thing more each.
 *
 * @returns {Promise<{port: number, stop: () => Promise<void>}>}
 */
export async function startUpstream() {
  const server = new WebSocketServer({
    host: "127.0.0.1",
    port: 0,
    handleProtocols: (offered) => [...offered].at(-1) ?? false,
    verifyClient: ({ req }, answer) => {
      const { pathname } = new URL(req.url ?? "", "ws://upstream");
      if (pathname === "/forbidden")
        return answer(false, 403, "Not today", { "X-Reason": "closed" });
      if (
        pathname === "/basic" &&
        req.headers.authorization !== basic("joe", "welcome")
      ) {
        return answer(false, 401, "Unauthorized", {
          "WWW-Authenticate": 'Basic realm="upstream"',
        });
      }
      answer(true);
    },
  });
  server.on("connection", (socket, request) => {
    const { pathname } = new URL(request.url ?? "", "ws://upstream");
    if (pathname === "/greet") socket.send("welcome");
    if (pathname === "/headers")
      socket.send(JSON.stringify({ url: request.url, ...request.headers }));
    socket.on("message", (data, binary) => {
      if (String(data) === "close 4321") socket.close(4321, "as you wish");
      else socket.send(data, { binary });
    });
  });
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = /** @type {import("node:net").AddressInfo} */ (
    server.address()
  );
  return {
    port,
    stop: () =>
      new Promise((resolve) => {
        for (const client of server.clients) client.terminate();
        server.close(() => resolve());
      }),
  };
}

/** @param {string} username @param {string} password */
function basic(username, password) {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}
