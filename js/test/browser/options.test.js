import { assert } from "chai";
import { KaazingHandshakeError, KaazingWebSocket } from "kaazing-websocket";
import { failed, opened } from "./support/outcome.js";
import { begin, close, open, peer, receive, respond } from "./support/peer.js";

const nowhere = "ws://127.0.0.1:1/";

/** @param {any} options @param {string} name of the exception */
function refuses(options, name) {
  const attempts = {
    constructor: () => new KaazingWebSocket(nowhere, [], options),
    with: () => KaazingWebSocket.with(options),
  };
  for (const [where, attempt] of Object.entries(attempts)) {
    try {
      attempt();
    } catch (/** @type {any} */ error) {
      assert.equal(error.name, name, `${where}: ${error}`);
      assert.instanceOf(error, name === "TypeError" ? TypeError : DOMException);
      continue;
    }
    assert.fail(`${where} took ${String(JSON.stringify(options))}`);
  }
}

describe("an option that is not what it must be", () => {
  const joe = { username: "joe", password: "welcome" };
  /** @type {Record<string, any[]>} */
  const wrong = {
    authenticate: [
      true,
      1,
      "joe:welcome",
      {},
      { username: "joe" },
      { password: "x" },
      { ...joe, password: 1 },
      { ...joe, username: null },
    ],
    headers: [1, "X-A: 1", [["X-A"]], [["X-A", "1", "2"]], ["X-A"]],
    redirect: ["", "Follow", "manual", true, 1, null, {}],
    handshakeTimeout: [-1, NaN, Infinity, "soon", {}, null],
    fallback: ["", "Native", true, 1, null, {}],
    signal: [{}, "abort", true, new AbortController()],
    dialect: ["", "Standard", "khp", 1, null],
    body: [1, true, {}, [], new Blob(), new URLSearchParams(), new FormData()],
  };
  for (const [option, values] of Object.entries(wrong)) {
    for (const value of values) {
      it(`${option}: ${typeof value === "string" ? `"${value}"` : (JSON.stringify(value) ?? String(value))} is a TypeError`, () =>
        refuses({ [option]: value }, "TypeError"));
    }
  }

  it("options that are no object are a TypeError", () => {
    for (const options of [1, "x", true, Symbol("x")]) {
      assert.throws(
        () => new KaazingWebSocket(nowhere, [], /** @type {any} */ (options)),
        TypeError,
      );
    }
  });

  it("says the option and what it wants, and never a secret", () => {
    /** @type {[any, RegExp][]} */
    const cases = [
      [{ redirect: "manual" }, /redirect.*manual.*follow.*same-origin.*error/s],
      [{ fallback: "no" }, /fallback.*no.*none.*native/s],
      [{ handshakeTimeout: -5 }, /handshakeTimeout.*-5/s],
      [{ signal: {} }, /signal.*AbortSignal/s],
    ];
    for (const [options, text] of cases)
      assert.throws(() => new KaazingWebSocket(nowhere, [], options), text);
    for (const options of [
      { authenticate: { username: "joe", password: ["s3cret"] } },
      { authenticate: "s3cret" },
      { headers: { Authorization: "s3cret\n" + "\0" } },
    ]) {
      try {
        new KaazingWebSocket(nowhere, [], /** @type {any} */ (options));
        assert.fail("taken");
      } catch (/** @type {any} */ error) {
        assert.notInclude(error.message, "s3cret");
      }
    }
  });

  it("is not there if it is undefined, and others are ignored", async () => {
    const server = await peer([...open(), close(1000)]);
    const options = {
      authenticate: undefined,
      headers: undefined,
      redirect: undefined,
      handshakeTimeout: undefined,
      fallback: undefined,
      signal: undefined,
      dialect: undefined,
      extensions: undefined,
      body: undefined,
      colour: "blue",
    };
    await opened(
      new KaazingWebSocket(server.url, [], /** @type {any} */ (options)),
    );
    await server.transcript();
  });
});

describe("headers", () => {
  const malformed = [
    "",
    "X A",
    "X:A",
    "X\r\n",
    "X\0",
    "X-\u00e9",
    "(X)",
    "X-\u0100",
  ];
  for (const name of malformed) {
    it(`named ${JSON.stringify(name)} are a SyntaxError`, () =>
      refuses({ headers: [[name, "1"]] }, "SyntaxError"));
  }
  for (const value of [
    ...["a\r\nb", "a\nb", "a\rb", "a\0b", "\x7f", "\x1b"],
    ...["\u0100", "a\u{1f600}", "\ud800"],
  ]) {
    it(`with the value ${JSON.stringify(value)} are a SyntaxError`, () =>
      refuses({ headers: { "X-A": value } }, "SyntaxError"));
  }

  const refused = [
    "Cookie",
    "cookie2",
    "Origin",
    "Keep-Alive",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "Content-Length",
    "Sec-WebSocket-Key",
    "Sec-WebSocket-Accept",
    "Sec-WebSocket-Version",
    "sec-fetch-site",
    "SEC-anything",
    "Proxy-Connection",
    "proxy-anything",
    "Forwarded",
    "Via",
    "X-Forwarded-For",
    "x-forwarded-host",
    "X-Real-IP",
    "X_Underscore",
    "X-Original-URL",
    "CF-Connecting-IP",
    "True-Client-IP",
  ];
  const reserved = [
    "Host",
    "Connection",
    "Sec-WebSocket-Protocol",
    "sec-websocket-extensions",
    "WebSocket-Protocol",
    "Expect",
  ];
  for (const name of [...refused, ...reserved]) {
    it(`named ${name} are a SyntaxError`, () => {
      refuses({ headers: { [name]: "1" } }, "SyntaxError");
      refuses({ headers: [[name.toUpperCase(), "1"]] }, "SyntaxError");
    });
  }

  for (const name of [
    "Authorization",
    "Proxy-Authorization",
    "X-Anything",
    "Accept-Language",
    "User-Agent",
    "Secret",
    "Proxy",
  ]) {
    it(`named ${name} go out`, async () => {
      const server = await peer([...open(), close(1000)]);
      await opened(
        new KaazingWebSocket(server.url, [], {
          headers: { [name]: "a value" },
        }),
      );
      assert.include(
        (await server.transcript()).messages[0].data.toLowerCase(),
        `\r\n${name.toLowerCase()}: a value\r\n`,
      );
    });
  }
});

describe("an option that asks for nothing", () => {
  it("is taken", async () => {
    const server = await peer([...open(), close(1000)]);
    const options = {
      extensions: [],
      dialect: /** @type {const} */ ("standard"),
      body: null,
    };
    await opened(new KaazingWebSocket(server.url, [], options));
    await server.transcript();
  });
});

describe("KaazingWebSocket.with", () => {
  const basic = 'WWW-Authenticate: Basic realm="r"';

  it("gives a class of two arguments, which has the options", async () => {
    const server = await peer([
      ...begin(),
      respond("401 Who", basic),
      receive(),
      respond("101 OK"),
      close(1000),
    ]);
    const Authenticated = KaazingWebSocket.with({
      authenticate: { username: "joe", password: "welcome" },
    });
    const socket = new Authenticated(server.url, "soap");
    assert.instanceOf(socket, KaazingWebSocket);
    assert.instanceOf(socket, WebSocket);
    await opened(socket);
    const { messages } = await server.transcript();
    assert.match(
      messages[1].data,
      /^Sec-WebSocket-Protocol: soap\r\nAuthorization: Basic am9lOndlbGNvbWU=\r$/m,
    );
  });

  it("gives a class that looks like the native one", () => {
    const Derived = KaazingWebSocket.with({});
    assert.equal(Derived.name, "KaazingWebSocket");
    assert.equal(Derived.length, 1);
    assert.deepEqual(
      [Derived.CONNECTING, Derived.OPEN, Derived.CLOSING, Derived.CLOSED],
      [0, 1, 2, 3],
    );
    assert.equal(
      /** @type {any} */ (Derived).HandshakeError,
      KaazingHandshakeError,
    );
    assert.throws(() => /** @type {any} */ (Derived)(nowhere), TypeError);
  });

  it("merges its options over those of the class it is called on, and the constructor's over both", async () => {
    const plan = [
      ...[...begin(), respond("401 Who", basic), receive()],
      ...[respond("101 OK"), close(1000)],
    ];
    const server = await peer(plan, plan);
    const Base = KaazingWebSocket.with({
      headers: { "X-From": "base" },
      authenticate: { username: "joe", password: "welcome" },
    });
    const Derived = Base.with({ headers: { "X-From": "derived" } });
    const options = { headers: { "X-From": "call" } };
    await (await opened(new Derived(server.url))).next("close");
    await (await opened(new Derived(server.url, [], options))).next("close");
    const replays = (await server.transcripts()).map(
      ({ messages }) => messages[1].data,
    );
    for (const replay of replays)
      assert.include(replay, "Authorization: Basic am9lOndlbGNvbWU=");
    assert.match(replays[0], /^x-from: derived\r$/im);
    assert.match(replays[1], /^x-from: call\r$/im);
  });

  it("leaves the class that it was called on as it was", async () => {
    const server = await peer([...begin(), respond("401 Who", basic)]);
    KaazingWebSocket.with({
      authenticate: { username: "joe", password: "welcome" },
    });
    await failed(new KaazingWebSocket(server.url), "unauthorized");
    await server.transcript();
  });
});
