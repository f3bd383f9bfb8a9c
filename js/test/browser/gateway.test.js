// The fault server plays a deployed Kaazing Gateway, asked with .kl=Y.

import { assert } from "chai";
import { KaazingWebSocket } from "kaazing-websocket";
import { Log, failed, opened, outcomeOf } from "./support/outcome.js";
import {
  accept,
  close,
  echo,
  end,
  head,
  mark,
  marker,
  peer,
  receive,
  send,
  wait,
} from "./support/peer.js";
import { servers } from "./support/servers.js";
import { thrownBy } from "./support/thrown.js";

const gateway = Object.freeze({ dialect: /** @type {const} */ ("gateway") });

/** U+F0FF and N: stay here. */
const stay = { bytes: "\xef\x83\xbfN" };
/** U+F0FF and R: go there. @param {string} url */
const leave = (url) => ({ bytes: `\xef\x83\xbfR${url}` });

/** What a gateway answers where it lets the client in. @param {string[]} lines */
const handshake = (...lines) =>
  head(
    "101 Web Socket Protocol Handshake",
    "Connection: Upgrade",
    "Date: Thu, 20 Nov 2025 03:00:00 GMT",
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
    ...lines,
    "Server: Kaazing Gateway",
    "Upgrade: websocket",
  );
/** A refusal, with its page. @param {string} status @param {string[]} lines */
const refusal = (status, ...lines) => ({
  bytes:
    head(
      status,
      "Content-Type: text/html",
      ...lines,
      `Content-Length: ${page(status).length}`,
    ) + page(status),
});
/** @param {string} status */
const page = (status) =>
  `<html><head></head><body><h1>${status}</h1></body></html>`;

/** Accepts, stays, and reads the extended request. */
const begin = () => [accept(), send(stay), receive()];
const answer = (/** @type {string[]} */ ...lines) =>
  send({ bytes: handshake(...lines) }, marker, stay);

/** The extended request as deployed clients write it. @param {string} target @param {string[]} lines */
const request = (target, ...lines) => ({
  type: "text",
  data: [
    `GET ${target} HTTP/1.1`,
    "WebSocket-Protocol: ",
    ...lines,
    "",
    "",
  ].join("\r\n"),
});
const noProtocol = "Sec-WebSocket-Protocol: ";

/** @param {{request: string}} transcript */
const requestLine = ({ request }) => request.split("\r\n")[0];

describe("the dialect of deployed gateways", () => {
  it("asks for it in the opening URL alone, and opens at the second N", async () => {
    const server = await peer([
      ...[...begin(), send({ bytes: handshake() }, marker)],
      ...[mark("answered"), wait("go"), send(stay), echo()],
    ]);
    const socket = new KaazingWebSocket(`${server.url}/x?a=b&c=d`, [], gateway);
    assert.equal(socket.url, `${server.url}/x?a=b&c=d`);
    const log = new Log(socket);
    await server.reached("answered");
    assert.equal(socket.readyState, WebSocket.CONNECTING);
    await server.release("go");
    await log.next("open");
    assert.equal(socket.url, `${server.url}/x?a=b&c=d`);
    assert.equal(outcomeOf(socket).url, `${server.url}/x?a=b&c=d`);
    assert.equal(outcomeOf(socket).headers.get("server"), "Kaazing Gateway");
    socket.send("hi");
    assert.equal((await log.next("message")).data, "hi");
    socket.close(1000, "done");
    await log.next("close");
    const transcript = await server.transcript();
    assert.equal(
      requestLine(transcript),
      `GET ${server.path}/x?a=b&c=d&.kl=Y HTTP/1.1`,
    );
    assert.deepEqual(transcript.messages, [
      request(`${server.path}/x?a=b&c=d`, noProtocol),
      { type: "text", data: "hi" },
    ]);
    assert.deepEqual(transcript.close, { code: 1000, reason: "done" });
  });

  for (const [given, shown, asked] of [
    ["", "", "?.kl=Y"],
    ["?", "?", "?&.kl=Y"],
    ["?.kl=Y", "", "?.kl=Y"],
    ["?a&.kl=Y&b", "?a&b", "?a&b&.kl=Y"],
    ["?x=.kl=Y", "?x=.kl=Y", "?x=.kl=Y&.kl=Y"],
    [" ", "", "?.kl=Y"],
  ]) {
    it(`a URL that ends in "${given}" is shown with "${shown}" and asks with "${asked}"`, async () => {
      const server = await peer([...begin(), answer(), close(1000)]);
      const socket = new KaazingWebSocket(server.url + given, [], gateway);
      const log = new Log(socket);
      assert.equal(socket.url, server.url + shown);
      await log.next("open");
      assert.equal(socket.url, server.url + shown);
      await log.next("close");
      const transcript = await server.transcript();
      assert.equal(
        requestLine(transcript),
        `GET ${server.path}${asked} HTTP/1.1`,
      );
      assert.deepEqual(transcript.messages, [
        request(server.path + shown, noProtocol),
      ]);
    });
  }

  it("takes a relative URL, and one with userinfo", async () => {
    const server = await peer([...begin(), answer(), close(1000)]);
    const url = server.url.replace("//", "//joe:welcome@");
    const socket = new KaazingWebSocket(url, [], gateway);
    assert.equal(socket.url, server.url);
    await opened(socket);
    await server.transcript();
    const { href } = new URL("/a?b", location.href);
    const relative = new KaazingWebSocket("/a?b", [], gateway);
    assert.equal(relative.url, href.replace("http", "ws"));
    relative.close();
    await new Log(relative).next("close");
  });

  it("leaves bad URLs and fragments to the native constructor", () => {
    for (const url of ["ws://a b", "ftp://host/", "ws://127.0.0.1:1/#a"])
      assert.equal(
        thrownBy(() => new KaazingWebSocket(url, [], gateway).close()),
        thrownBy(() => new WebSocket(url).close()),
      );
  });

  it("leaves the parameter alone in the other dialects", async () => {
    const server = await peer([
      ...[accept(), receive()],
      send({ bytes: handshake() }, marker),
      close(1000),
    ]);
    const socket = new KaazingWebSocket(`${server.url}?.kl=Y`);
    await opened(socket);
    assert.equal(socket.url, `${server.url}?.kl=Y`);
    const { messages } = await server.transcript();
    assert.include(messages[0].data, `GET ${server.path}?.kl=Y HTTP/1.1\r\n`);
  });

  it("lists protocols without a space, and takes the one that was selected", async () => {
    const server = await peer([
      ...begin(),
      answer("Sec-WebSocket-Protocol: soap"),
      close(1000),
    ]);
    const socket = new KaazingWebSocket(server.url, ["soap", "wamp"], gateway);
    await (await opened(socket)).next("close");
    assert.equal(socket.protocol, "soap");
    const { messages } = await server.transcript();
    assert.deepEqual(messages, [
      request(server.path, "Sec-WebSocket-Protocol: soap,wamp"),
    ]);
  });

  it("takes a response in several messages, and all messages as text", async () => {
    const whole = handshake();
    const text = { text: "\uf0ffN" };
    const server = await peer([
      ...[accept(), send(text), receive()],
      send({ text: whole, each: 50 }, { text: "" }, text, { text: "first" }),
      close(1000),
    ]);
    const socket = new KaazingWebSocket(server.url, [], gateway);
    const log = await opened(socket);
    assert.equal((await log.next("message")).data, "first");
    await server.transcript();
  });

  it("opens at once where the server selects another protocol", async () => {
    const server = await peer([accept({ protocol: "soap" }), close(1000)]);
    const socket = new KaazingWebSocket(server.url, "soap", gateway);
    await opened(socket);
    assert.equal(socket.protocol, "soap");
    assert.equal(socket.url, server.url);
    assert.isNull(socket.handshake);
    assert.lengthOf((await server.transcript()).messages, 0);
  });

  it("connects again without it where the server does not take the handshake", async () => {
    const server = await peer(
      [accept({ protocol: null })],
      [accept({ protocol: null }), close(1000)],
    );
    const options = { ...gateway, fallback: /** @type {const} */ ("native") };
    const socket = new KaazingWebSocket(`${server.url}?a`, [], options);
    await opened(socket);
    assert.equal(socket.url, `${server.url}?a`);
    assert.deepEqual((await server.transcripts()).map(requestLine), [
      `GET ${server.path}?a&.kl=Y HTTP/1.1`,
      `GET ${server.path}?a HTTP/1.1`,
    ]);
  });
});

describe("a deployed gateway's challenge", () => {
  const realm = 'WWW-Authenticate: Application Basic realm="Demo"';

  it("Application Basic is answered with Basic, on the same connection", async () => {
    const server = await peer([
      ...[...begin(), send(refusal("401 Unauthorized", realm), marker)],
      ...[receive(), answer(), close(1000)],
    ]);
    /** @type {string[]} */
    const schemes = [];
    const socket = new KaazingWebSocket(server.url, [], {
      ...gateway,
      authenticate: ({ scheme, realm, url }) => {
        schemes.push(scheme, realm, url);
        return { username: "joe", password: "welcome" };
      },
    });
    await (await opened(socket)).next("close");
    assert.deepEqual(schemes, ["Basic", "Demo", server.url]);
    const { messages } = await server.transcript();
    assert.deepEqual(messages, [
      request(server.path, noProtocol),
      request(server.path, noProtocol, "Authorization: Basic am9lOndlbGNvbWU="),
    ]);
  });

  it("Application Token is answered as the page says, round after round", async () => {
    const asked = refusal(
      "401 Unauthorized",
      "WWW-Authenticate: Application Token",
    );
    const server = await peer([
      ...[...begin(), send(asked, marker), receive(), send(asked, marker)],
      ...[receive(), send(refusal("403 Forbidden"), marker)],
    ]);
    const socket = new KaazingWebSocket(server.url, [], {
      ...gateway,
      authenticate: ({ scheme, attempt }) => `${scheme} ${attempt}:joe`,
    });
    await failed(socket, "status", { status: 403 });
    assert.equal(outcomeOf(socket).challenges, 2);
    const { messages, close } = await server.transcript();
    assert.deepEqual(
      messages.slice(1).map(({ data }) => /Authorization: .*/.exec(data)?.[0]),
      ["Authorization: Token 1:joe", "Authorization: Token 2:joe"],
    );
    assert.equal(close?.code, 4403);
  });
});

describe("a balancer's redirect", () => {
  /** @type {[when: string, (url: string) => any[]][]} */
  const moments = [
    ["before the request", (url) => [accept(), send(leave(url))]],
    [
      "after the response",
      (url) => [...begin(), send({ bytes: handshake() }, marker, leave(url))],
    ],
  ];
  for (const [when, plan] of moments) {
    it(`${when} is followed, and the URL shown is the new one without the parameter`, async () => {
      const target = await peer([
        ...[...begin(), answer()],
        ...[send({ text: "here" }), echo()],
      ]);
      const there = target.at(servers.fault.otherHost);
      const server = await peer(plan(`${there}/b?x&.kl=Y`));
      const socket = new KaazingWebSocket(server.url, [], gateway);
      const log = await opened(socket);
      assert.equal((await log.next("message")).data, "here");
      assert.equal(socket.url, `${there}/b?x`);
      assert.deepEqual(outcomeOf(socket).redirects, [server.url]);
      assert.equal(outcomeOf(socket).url, `${there}/b?x`);
      socket.close();
      await log.next("close");
      assert.equal(socket.url, `${there}/b?x`);
      assert.equal((await server.transcript()).close?.code, 1000);
      const transcript = await target.transcript();
      assert.equal(
        requestLine(transcript),
        `GET ${target.path}/b?x&.kl=Y HTTP/1.1`,
      );
      assert.deepEqual(transcript.messages, [
        request(`${target.path}/b?x`, noProtocol),
      ]);
    });
  }

  it("asks the page, which may refuse", async () => {
    const server = await peer([accept(), send(leave("/elsewhere?.kl=Y"))]);
    /** @type {any[]} */
    const asked = [];
    const socket = new KaazingWebSocket(server.url, [], {
      ...gateway,
      redirect: (...args) => {
        asked.push(...args);
        return false;
      },
    });
    await failed(socket, "redirect", { status: 0 });
    assert.deepEqual(asked, [
      server.url,
      new URL("/elsewhere", server.url).href,
      0,
    ]);
    assert.equal((await server.transcript()).close?.code, 4000);
  });
});

describe("a gateway that breaks off or goes wrong", () => {
  it("is given up where the second N does not come", async () => {
    const server = await peer([
      ...begin(),
      send({ bytes: handshake() }, marker),
    ]);
    const options = { ...gateway, handshakeTimeout: 700 };
    const socket = new KaazingWebSocket(server.url, [], options);
    await failed(socket, "timeout", { status: 101 });
    assert.equal((await server.transcript()).close?.code, 4408);
  });

  it("is given up where the first N does not come", async () => {
    const server = await peer([accept()]);
    const options = { ...gateway, handshakeTimeout: 700 };
    const socket = new KaazingWebSocket(server.url, [], options);
    await failed(socket, "timeout", { status: 0 });
    assert.lengthOf((await server.transcript()).messages, 0);
  });

  /** @type {[what: string, plan: any[]][]} */
  const wrong = [
    ["a response before N", [accept(), send({ bytes: handshake() })]],
    [
      "N without the end marker before it",
      [...begin(), send({ bytes: handshake() }, stay)],
    ],
    [
      "a message in place of the second N",
      [...begin(), send({ bytes: handshake() }, marker, { text: "early" })],
    ],
    [
      "an extension that was not offered",
      [
        ...begin(),
        answer("Sec-WebSocket-Extensions: x-kaazing-idle-timeout; timeout=9"),
      ],
    ],
  ];
  for (const [what, plan] of wrong) {
    it(`fails on ${what}`, async () => {
      const server = await peer(plan);
      const socket = new KaazingWebSocket(server.url, [], gateway);
      const error = await failed(socket, "protocol");
      assert.notInclude(error.url + error.message, ".kl=Y");
      assert.equal((await server.transcript()).close?.code, 4000);
    });
  }

  it("fails as closed where it closes instead of answering", async () => {
    const server = await peer([...begin(), close(1000), end()]);
    const socket = new KaazingWebSocket(server.url, [], gateway);
    const error = await failed(socket, "closed");
    assert.equal(error.url, server.url);
    await server.transcript();
  });
});

describe("a dialect without end markers", () => {
  it("opens at the end of the response itself", async () => {
    const server = await peer([
      ...[accept(), receive()],
      send({ bytes: handshake() }, { text: "first" }),
      echo(),
    ]);
    const socket = new KaazingWebSocket(server.url, [], {
      dialect: "no-marker",
    });
    const log = await opened(socket);
    assert.equal((await log.next("message")).data, "first");
    socket.close();
    const { request, messages } = await server.transcript();
    assert.notInclude(request, ".kl=Y");
    assert.equal(
      messages[0].data,
      `GET ${server.path} HTTP/1.1\r\nHost: ${server.host}\r\n\r\n`,
    );
  });

  it("reads a body as long as its Content-Length", async () => {
    const server = await peer([
      ...[accept(), receive()],
      send(refusal("401 Who", 'WWW-Authenticate: Basic realm="r"')),
      ...[receive(), send({ bytes: handshake() }), close(1000)],
    ]);
    const socket = new KaazingWebSocket(server.url, [], {
      dialect: "no-marker",
      authenticate: { username: "joe", password: "welcome" },
    });
    await opened(socket);
    assert.lengthOf((await server.transcript()).messages, 2);
  });
});
