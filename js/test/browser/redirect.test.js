import { assert } from "chai";
import { KaazingWebSocket } from "kaazing-websocket";
import { failed, Log, opened, outcomeOf, settled } from "./support/outcome.js";
import {
  accept,
  begin,
  close,
  echo,
  head,
  mark,
  marker,
  open,
  peer,
  receive,
  receiveClose,
  reset,
  respond,
  send,
  switching,
  wait,
} from "./support/peer.js";
import { servers } from "./support/servers.js";
import { thrownBy } from "./support/thrown.js";

const { otherPort, otherHost, secure } = servers.fault;
const basic = 'WWW-Authenticate: Basic realm="r"';

/** Answers with a redirect; the client closes. @param {string} location @param {string} [status] */
const redirect = (location, status = "302 Found") => [
  ...begin(),
  respond(status, `Location: ${location}`),
];

/** @param {{data: string}} message @param {string} name */
const header = ({ data }, name) =>
  new RegExp(`^${name}: (.*)\r$`, "im").exec(data)?.[1];

/**
 * Is redirected, and fails without going anywhere.
 *
 * @param {string} code
 * @param {string} location
 * @param {any} [options]
 */
async function refuses(code, location, options) {
  const server = await peer(redirect(location));
  const socket = new KaazingWebSocket(server.url, [], options);
  const error = await failed(socket, code, { status: 302 });
  assert.equal(error.url, server.url);
  assert.deepEqual(socket.handshake?.redirects, []);
  assert.equal((await server.transcript()).close?.code, 4302);
  return error;
}

describe("a redirect", () => {
  for (const status of [
    "300 Multiple Choices",
    "301 Moved Permanently",
    "302 Found",
    "303 See Other",
    "307 Temporary Redirect",
  ]) {
    it(`with ${status} is followed, after a close with 1000`, async () => {
      const to = await peer([...open(), echo()]);
      const from = await peer(redirect(to.url, status));
      const socket = new KaazingWebSocket(`${from.url}?a=b`, "soap");
      const log = await opened(socket);
      assert.equal(socket.url, to.url);
      const { headers, ...rest } = outcomeOf(socket);
      assert.instanceOf(headers, Headers);
      assert.deepEqual(rest, {
        status: 101,
        statusText: "Switching Protocols",
        url: to.url,
        redirects: [`${from.url}?a=b`],
        challenges: 0,
      });
      socket.send("there");
      assert.equal((await log.next("message")).data, "there");
      socket.close(1000);
      const [left, arrived] = [await from.transcript(), await to.transcript()];
      assert.deepEqual(left.close, { code: 1000, reason: "" });
      assert.match(
        arrived.request,
        /^Sec-WebSocket-Protocol: x-kaazing-handshake, soap\r$/im,
      );
      assert.equal(
        arrived.messages[0].data,
        `GET ${to.path} HTTP/1.1\r\nHost: ${to.host}\r\nSec-WebSocket-Protocol: soap\r\n\r\n`,
      );
    });
  }

  it("is followed where the server closes first", async () => {
    const to = await peer([...open(), close(1000)]);
    const from = await peer([...redirect(to.url), close(1000)]);
    const socket = new KaazingWebSocket(from.url);
    await (await opened(socket)).next("close");
    assert.deepEqual(socket.handshake?.redirects, [from.url]);
    await Promise.all([from.transcript(), to.transcript()]);
  });

  it("is followed where the server ends the connection without a close handshake", async () => {
    const to = await peer([...open(), close(1000)]);
    const from = await peer([...redirect(to.url), reset()]);
    await (await opened(new KaazingWebSocket(from.url))).next("close");
    await Promise.all([from.transcript(), to.transcript()]);
  });

  it("connects only when the first connection has closed", async () => {
    const to = await peer([...open(), close(1000)]);
    const from = await peer([
      ["mute"],
      ...redirect(to.url),
      receiveClose(),
      mark("closing"),
      wait("go"),
      reset(),
    ]);
    const socket = new KaazingWebSocket(from.url);
    const log = new Log(socket);
    let connected = false;
    void to.connected().then(() => (connected = true));
    await from.reached("closing");
    await settled();
    assert.isFalse(connected);
    assert.equal(socket.readyState, WebSocket.CONNECTING);
    await from.release("go");
    await log.next("close");
    assert.deepEqual(log.types, ["open", "close"]);
    await to.transcript();
  });

  /** @type {[string, (to: import("./support/peer.js").Peer) => string][]} */
  const references = [
    ["an absolute path", (to) => `${to.path}/x?y=z`],
    ["a relative path", (to) => `..${to.path}/x?y=z`],
    ["a network path", (to) => `//${to.host}${to.path}/x?y=z`],
    ["an http URL", (to) => `http://${to.host}${to.path}/x?y=z`],
    ["a ws URL in capitals", (to) => `WS://${to.host}${to.path}/x?y=z`],
    ["dot segments", (to) => `/a/./b/../..${to.path}/x?y=z`],
    [
      "userinfo, which is dropped",
      (to) => `ws://joe:s3cret@${to.host}${to.path}/x?y=z`,
    ],
    ["a fragment, which is dropped", (to) => `${to.path}/x?y=z#part`],
  ];
  for (const [what, location] of references) {
    it(`goes to ${what}`, async () => {
      const to = await peer([...open(), close(1000)]);
      const from = await peer(redirect(location(to)));
      const socket = new KaazingWebSocket(`${from.url}/sub`);
      await opened(socket);
      assert.equal(socket.url, `${to.url}/x?y=z`);
      assert.equal(socket.handshake?.url, `${to.url}/x?y=z`);
      const { request, messages } = await to.transcript();
      assert.include(request, `GET ${to.path}/x?y=z HTTP/1.1\r\n`);
      assert.equal(
        messages[0].data,
        `GET ${to.path}/x?y=z HTTP/1.1\r\nHost: ${to.host}\r\n\r\n`,
      );
      await from.transcript();
    });
  }

  it("keeps the path for a reference that is a query alone", async () => {
    const server = await peer(redirect("?second"), [...open(), close(1000)]);
    const socket = new KaazingWebSocket(`${server.url}?first`);
    await opened(socket);
    assert.equal(socket.url, `${server.url}?second`);
    await server.transcripts();
  });

  it("goes from ws to https as wss", async () => {
    const to = await peer([...open(), close(1000)]);
    const from = await peer(redirect(to.at(secure).replace("wss:", "https:")));
    const socket = new KaazingWebSocket(from.url);
    await opened(socket);
    assert.equal(socket.url, to.at(secure));
    await to.transcript();
  });

  it("never goes from wss to ws", async () => {
    const to = await peer([...open(), close(1000)]);
    for (const location of [to.url, to.url.replace("ws:", "http:")]) {
      const from = await peer(redirect(location));
      await failed(new KaazingWebSocket(from.at(secure)), "redirect", {
        status: 302,
      });
      assert.equal((await from.transcript()).close?.code, 4302);
    }
  });

  it("without a usable Location fails at once", async () => {
    for (const location of [
      "",
      "ftp://127.0.0.1/",
      "javascript:alert(1)",
      "http://",
      "ws:///path",
      "ws://127.0.0.1:99999/",
      "ws://a b/",
      "ws://\xe9/",
      "http:\\\\127.0.0.1\\",
    ]) {
      await refuses("redirect", location);
    }
  });

  it("to a port where nobody listens fails as connect, without a status", async () => {
    const from = await peer(redirect("ws://127.0.0.1:1/"));
    const socket = new KaazingWebSocket(from.url);
    const error = await failed(socket, "connect", { status: 0 });
    assert.equal(error.url, "ws://127.0.0.1:1/");
    assert.deepEqual(socket.handshake?.redirects, [from.url]);
    await from.transcript();
  });

  it("may be followed by a failure, which tells where", async () => {
    const to = await peer([...begin(), send({ bytes: head("403 No") })]);
    const from = await peer(redirect(to.url));
    const socket = new KaazingWebSocket(from.url);
    const error = await failed(socket, "status", { status: 403 });
    assert.equal(error.url, to.url);
    assert.equal(socket.handshake?.status, 403);
    assert.deepEqual(socket.handshake?.redirects, [from.url]);
    assert.equal((await to.transcript()).close?.code, 4403);
  });

  it("starts the count of challenges on a connection anew, not the count of all", async () => {
    const to = await peer([
      ...begin(),
      respond("401 Who", basic),
      receive(),
      respond("101 OK"),
      close(1000),
    ]);
    const from = await peer([
      ...begin(),
      respond("401 Who", basic),
      receive(),
      respond("302 Go", `Location: ${to.url}`),
    ]);
    /** @type {any[]} */
    const calls = [];
    const authenticate = (/** @type {any} */ { url, attempt }) => (
      calls.push([url, attempt]),
      `Bearer ${calls.length}`
    );
    const socket = new KaazingWebSocket(from.url, [], { authenticate });
    await opened(socket);
    assert.deepEqual(calls, [
      [from.url, 1],
      [to.url, 1],
    ]);
    assert.equal(socket.handshake?.challenges, 2);
    await to.transcript();
  });
});

describe("a 300", () => {
  /** @param {string} type @param {string} body */
  const choices = (type, body) => [
    ...begin(),
    send(
      {
        bytes:
          head(
            "300 Multiple Choices",
            `Content-Type: ${type}`,
            `Content-Length: ${body.length}`,
          ) + body,
      },
      marker,
    ),
  ];

  it("is followed to the first URL of its list that is acceptable", async () => {
    const to = await peer([...open(), close(1000)]);
    const list = ["# choices", "ftp://127.0.0.1/", to.url, "/later", ""];
    const from = await peer(choices("text/uri-list", list.join("\r\n")));
    const socket = new KaazingWebSocket(from.url);
    await opened(socket);
    assert.equal(socket.url, to.url);
    assert.equal((await from.transcript()).close?.code, 1000);
  });

  it("is followed to the first link of its page that is acceptable", async () => {
    const to = await peer([...open(), close(1000)]);
    const page = `<a href="mailto:a@b">1</a> <a href="${to.path}?a&amp;b">2</a>`;
    const from = await peer(choices("text/html; charset=utf-8", page));
    const socket = new KaazingWebSocket(from.url);
    await opened(socket);
    assert.equal(socket.url, `${to.url}?a&b`);
    await from.transcript();
  });

  it("fails where none of its choices is acceptable", async () => {
    const from = await peer(choices("text/uri-list", `${otherPort}/1\r\n`));
    const socket = new KaazingWebSocket(from.url, [], {
      redirect: "same-origin",
    });
    await failed(socket, "redirect", { status: 300 });
    assert.equal((await from.transcript()).close?.code, 4300);
  });
});

describe("a 426", () => {
  const upgrade = [
    ...begin(),
    respond("426 Upgrade Required", "Upgrade: TLS/1.2, HTTP/1.1"),
  ];

  it("that names TLS is followed to wss, at the same port and path", async () => {
    const server = await peer(upgrade, [...open(), close(1000)]);
    const socket = new KaazingWebSocket(server.url, [], {
      headers: { Authorization: "Bearer t0ken" },
    });
    await opened(socket);
    assert.equal(socket.url, server.url.replace("ws:", "wss:"));
    const [first, second] = await server.transcripts();
    assert.equal(first.close?.code, 1000);
    assert.isUndefined(header(second.messages[0], "Authorization"));
  });

  it("fails where there is TLS already", async () => {
    const server = await peer(upgrade);
    const socket = new KaazingWebSocket(server.at(secure));
    await failed(socket, "status", { status: 426 });
    assert.equal((await server.transcript()).close?.code, 4426);
  });

  it("that names something else fails", async () => {
    const server = await peer([
      ...begin(),
      respond("426 Upgrade Required", "Upgrade: HTTP/2.0"),
    ]);
    await failed(new KaazingWebSocket(server.url), "status", { status: 426 });
    assert.equal((await server.transcript()).close?.code, 4426);
  });
});

describe("redirects in a row", () => {
  /** @param {number} count of redirects before the end */
  async function chain(count) {
    let to = await peer([...open(), close(1000)]);
    const urls = [to.url];
    for (let i = 0; i < count; i++) {
      to = await peer(redirect(to.url));
      urls.unshift(to.url);
    }
    return urls;
  }

  it("are followed five times", async () => {
    const urls = await chain(5);
    const socket = new KaazingWebSocket(urls[0]);
    await opened(socket);
    assert.equal(socket.url, urls[5]);
    assert.deepEqual(socket.handshake?.redirects, urls.slice(0, 5));
  });

  it("are not followed a sixth time", async () => {
    const urls = await chain(6);
    const socket = new KaazingWebSocket(urls[0]);
    const error = await failed(socket, "redirect-limit", { status: 302 });
    assert.equal(error.url, urls[5]);
    assert.deepEqual(socket.handshake?.redirects, urls.slice(0, 5));
  });

  it("are a loop where one leads to itself", async () => {
    const server = await peer(redirect(""));
    const socket = new KaazingWebSocket(server.url);
    await failed(socket, "redirect");
    const itself = await peer(redirect("?"), redirect("?"));
    await failed(new KaazingWebSocket(`${itself.url}?`), "redirect-loop", {
      status: 302,
    });
  });

  it("are a loop where one leads back", async () => {
    const server = await peer(redirect("?two"), redirect("?one#again"));
    const socket = new KaazingWebSocket(`${server.url}?one`);
    await failed(socket, "redirect-loop", { status: 302 });
    assert.deepEqual(socket.handshake?.redirects, [`${server.url}?one`]);
    const [first, second] = await server.transcripts();
    assert.equal(first.close?.code, 1000);
    assert.equal(second.close?.code, 4302);
  });
});

describe("the redirect option", () => {
  it("'error' follows none", async () =>
    void (await refuses("redirect", "/elsewhere", { redirect: "error" })));

  it("'same-origin' follows within the origin", async () => {
    const to = await peer([...open(), close(1000)]);
    const from = await peer(redirect(to.url));
    await opened(
      new KaazingWebSocket(from.url, [], { redirect: "same-origin" }),
    );
    await to.transcript();
  });

  it("'same-origin' does not follow to another port, host or scheme", async () => {
    for (const origin of [otherPort, otherHost, secure]) {
      await refuses("redirect", `${origin}/1`, { redirect: "same-origin" });
    }
  });

  it("as a function is asked with from, to and status, and true follows", async () => {
    const to = await peer([...open(), close(1000)]);
    const from = await peer(redirect(to.path, "307 Temporary Redirect"));
    /** @type {any[]} */
    const calls = [];
    await opened(
      new KaazingWebSocket(from.url, [], {
        redirect: (/** @type {any[]} */ ...args) => (calls.push(args), true),
      }),
    );
    assert.deepEqual(calls, [[from.url, to.url, 307]]);
    await to.transcript();
  });

  it("as a function refuses with false, and by throwing", async () => {
    await refuses("redirect", "/elsewhere", { redirect: () => false });
    const cause = new Error("not there");
    const error = await refuses("redirect", "/elsewhere", {
      redirect: () => {
        throw cause;
      },
    });
    assert.equal(error.cause, cause);
  });

  it("as a function is not asked about what is never followed", async () => {
    const asked = () => assert.fail("asked");
    await refuses("redirect", "ftp://127.0.0.1/", { redirect: asked });
  });
});

describe("what goes along", () => {
  const options = {
    headers: { "X-Trace": "7", Authorization: "Bearer t0ken" },
  };

  it("to the same origin: headers and Authorization", async () => {
    const to = await peer([...open(), close(1000)]);
    const from = await peer(redirect(to.url));
    await opened(new KaazingWebSocket(from.url, [], options));
    const [request] = (await to.transcript()).messages;
    assert.equal(header(request, "X-Trace"), "7");
    assert.equal(header(request, "Authorization"), "Bearer t0ken");
  });

  it("to the same origin: the Authorization that was last sent", async () => {
    const to = await peer([...open(), close(1000)]);
    const from = await peer([
      ...begin(),
      respond("401 Who", basic),
      receive(),
      respond("302 Found", `Location: ${to.url}`),
    ]);
    await opened(
      new KaazingWebSocket(from.url, [], {
        ...options,
        authenticate: { username: "joe", password: "welcome" },
      }),
    );
    const [request] = (await to.transcript()).messages;
    assert.equal(header(request, "Authorization"), "Basic am9lOndlbGNvbWU=");
    assert.equal(header(request, "X-Trace"), "7");
  });

  for (const [what, origin] of Object.entries({
    port: otherPort,
    host: otherHost,
    scheme: secure,
  })) {
    it(`to another ${what}: neither headers nor Authorization`, async () => {
      const to = await peer([...open(), close(1000)]);
      const from = await peer([
        ...begin(),
        respond("401 Who", basic),
        receive(),
        respond("302 Found", `Location: ${to.at(origin)}`),
      ]);
      const socket = new KaazingWebSocket(from.url, [], {
        ...options,
        authenticate: { username: "joe", password: "welcome" },
      });
      await opened(socket);
      const { request, messages } = await to.transcript();
      assert.equal(
        messages[0].data,
        `GET ${to.path} HTTP/1.1\r\nHost: ${new URL(origin).host}\r\n\r\n`,
      );
      assert.notMatch(request, /t0ken|am9l/);
    });
  }

  it("back to the first origin: still nothing", async () => {
    const home = await peer([...open(), close(1000)]);
    const away = await peer(redirect(home.url));
    const from = await peer(redirect(away.at(otherPort)));
    const socket = new KaazingWebSocket(from.url, [], options);
    await opened(socket);
    assert.equal(socket.url, home.url);
    assert.equal(
      (await home.transcript()).messages[0].data,
      `GET ${home.path} HTTP/1.1\r\nHost: ${home.host}\r\n\r\n`,
    );
  });

  it("credentials as an object or in the URL are for their own origin alone", async () => {
    for (const kind of ["object", "userinfo"]) {
      const to = await peer([...begin(), respond("401 Who", basic)]);
      const from = await peer(redirect(to.at(otherPort)));
      const joe = { username: "joe", password: "welcome" };
      const url =
        kind === "object" ? from.url : from.url.replace("//", "//joe:welcome@");
      const socket = new KaazingWebSocket(
        url,
        [],
        kind === "object" ? { authenticate: joe } : {},
      );
      const error = await failed(socket, "unauthorized", { status: 401 });
      assert.equal(error.url, to.at(otherPort));
      const { messages } = await to.transcript();
      assert.lengthOf(messages, 1);
      assert.isUndefined(header(messages[0], "Authorization"));
    }
  });

  it("userinfo in a Location is not taken for credentials", async () => {
    const to = await peer([...begin(), respond("401 Who", basic)]);
    const from = await peer(redirect(to.url.replace("//", "//joe:welcome@")));
    const socket = new KaazingWebSocket(from.url);
    const error = await failed(socket, "unauthorized");
    assert.equal(error.url, to.url);
    assert.notInclude(
      socket.handshake?.url + socket.url + error.message,
      "welcome",
    );
    assert.lengthOf((await to.transcript()).messages, 1);
  });

  it("a function is asked anew, with the new URL", async () => {
    const to = await peer([
      ...begin(),
      respond("401 Who", basic),
      receive(),
      respond("101 OK"),
      close(1000),
    ]);
    const from = await peer(redirect(to.at(otherPort)));
    /** @type {string[]} */
    const urls = [];
    const authenticate = (/** @type {any} */ { url }) => (
      urls.push(url),
      { username: "joe", password: "there" }
    );
    await opened(new KaazingWebSocket(from.url, [], { authenticate }));
    assert.deepEqual(urls, [to.at(otherPort)]);
    assert.equal(
      header((await to.transcript()).messages[1], "Authorization"),
      "Basic am9lOnRoZXJl",
    );
  });
});

describe("after a redirect", () => {
  /** Opens a socket by way of a redirect. @param {any[]} steps of the second connection @param {(socket: any) => void} [prepare] */
  async function relayed(steps, prepare = () => {}) {
    const to = await peer(steps);
    const from = await peer([...redirect(to.at(otherPort)), close(1000)]);
    const socket = new KaazingWebSocket(from.url, "soap");
    prepare(socket);
    return { socket, log: await opened(socket), server: to };
  }

  it("messages in the end marker's packet come after open, in order, in the right type", async () => {
    const burst = [{ text: "one" }, { bytes: "two" }, { text: "thr\u00e9e" }];
    const { socket, log, server } = await relayed([
      ...begin(),
      send({ bytes: switching }, marker, ...burst),
      echo(),
    ]);
    await log.next("message", 3);
    assert.deepEqual(log.types, ["open", "message", "message", "message"]);
    assert.deepEqual([log.messages[0], log.messages[2]], ["one", "thr\u00e9e"]);
    assert.instanceOf(log.messages[1], Blob);
    assert.equal(await log.messages[1].text(), "two");
    socket.close();
    await server.transcript();
  });

  it("binaryType, as it was set at once, during the handshake or later, is kept", async () => {
    const steps = [
      ...begin(),
      send({ bytes: switching }, marker, { bytes: "\x00\xff" }),
      echo(),
    ];
    const { socket, log, server } = await relayed(
      steps,
      (created) => (created.binaryType = "arraybuffer"),
    );
    assert.equal(socket.binaryType, "arraybuffer");
    assert.deepEqual(
      [...new Uint8Array((await log.next("message", 1)).data)],
      [0, 255],
    );
    socket.binaryType = "blob";
    socket.send(new Uint8Array([1]));
    assert.instanceOf((await log.next("message", 2)).data, Blob);
    socket.close();
    await server.transcript();
  });

  it("a message is a real MessageEvent of the socket, with the origin that it came from", async () => {
    const { socket, log, server } = await relayed([
      ...open(),
      send({ text: "one" }),
      echo(),
    ]);
    /** @type {any[]} */
    const seen = [];
    socket.onmessage = (/** @type {any} */ event) => seen.push(event);
    socket.send("two");
    const event = await log.next("message");
    assert.instanceOf(event, MessageEvent);
    assert.equal(event.target, socket);
    assert.equal(event.origin, otherPort);
    assert.equal(event.lastEventId, "");
    await log.next("message", 2);
    assert.equal(seen.at(-1).data, "two");
    socket.close();
    await server.transcript();
  });

  it("send takes every type, and bufferedAmount is the second socket's", async () => {
    const { socket, log, server } = await relayed([...open(), echo()]);
    socket.send("text");
    socket.send(new Uint8Array([1, 2]));
    socket.send(new Blob(["blob"]));
    const big = "x".repeat(1 << 20);
    socket.send(big);
    assert.isAtLeast(socket.bufferedAmount, 1 << 20);
    await log.next("message", 4);
    assert.equal(socket.bufferedAmount, 0);
    socket.close();
    const { messages } = await server.transcript();
    assert.deepEqual(messages.slice(1, 4), [
      { type: "text", data: "text" },
      { type: "binary", data: "\x01\x02" },
      { type: "binary", data: "blob" },
    ]);
  });

  it("protocol, extensions, readyState and url are the second socket's", async () => {
    const head = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
    const { socket, log, server } = await relayed([
      accept({ head }),
      receive(),
      respond("101 OK", "Sec-WebSocket-Protocol: soap"),
      close(1000),
    ]);
    assert.deepEqual(
      [socket.protocol, socket.extensions, socket.url],
      ["soap", "permessage-deflate", server.at(otherPort)],
    );
    await log.next("close");
    assert.equal(socket.readyState, WebSocket.CLOSED);
    await server.transcript();
  });

  it("the page's close goes out with its code and reason", async () => {
    const { socket, log, server } = await relayed([...open()]);
    assert.equal(
      thrownBy(() => socket.close(1001)),
      "DOMException InvalidAccessError",
    );
    socket.close(3001, "bye");
    assert.equal(socket.readyState, WebSocket.CLOSING);
    const event = await log.next("close");
    assert.instanceOf(event, CloseEvent);
    assert.deepEqual(
      [event.code, event.reason, event.wasClean],
      [3001, "bye", true],
    );
    assert.deepEqual((await server.transcript()).close, {
      code: 3001,
      reason: "bye",
    });
    assert.deepEqual(log.types, ["open", "close"]);
  });

  it("the server's close arrives with its code and reason", async () => {
    const { log, server } = await relayed([
      ...open(),
      close(4001, "enough"),
      receiveClose(),
    ]);
    const event = await log.next("close");
    assert.deepEqual(
      [
        event.code,
        event.reason,
        event.wasClean,
        event.target === log.entries[0].event.target,
      ],
      [4001, "enough", true, true],
    );
    await server.transcript();
  });

  it("a reset arrives as it does natively", async () => {
    const { log, server } = await relayed([...open(), mark("open"), reset()]);
    const event = await log.next("close");
    assert.deepEqual([event.code, event.wasClean], [1006, false]);
    assert.deepEqual(log.types.slice(-1), ["close"]);
    await server.transcript();
  });

  it("the socket lives on without a reference from the page", async function () {
    if (!globalThis.gc) this.skip();
    const to = await peer([
      ...[...open(), mark("open"), wait("go")],
      ...[send({ text: "still there?" }), receive()],
    ]);
    const from = await peer(redirect(to.at(otherPort)));
    const received = new Promise((resolve) => {
      const socket = new KaazingWebSocket(from.url);
      socket.onmessage = ({ data, target }) => {
        resolve(data);
        /** @type {any} */ (target).send("yes");
        /** @type {any} */ (target).close();
      };
    });
    await to.reached("open");
    await settled();
    globalThis.gc();
    await settled();
    globalThis.gc();
    await to.release("go");
    assert.equal(await received, "still there?");
    assert.equal((await to.transcript()).messages[1].data, "yes");
  });

  it("an invalid frame arrives as it does natively: error, then close", async () => {
    const plan = [accept({ protocol: null }), send({ bytes: "a", rsv: 4 })];
    const native = new Log(new WebSocket((await peer(plan)).url));
    await native.next("close");
    const { log, server } = await relayed([
      ...open(),
      mark("open"),
      wait("go"),
      send({ bytes: "a", rsv: 4 }),
    ]);
    await server.release("go");
    const event = await log.next("close");
    assert.deepEqual(log.types, native.types);
    assert.equal(event.code, native.entries.at(-1)?.event.code);
  });
});
