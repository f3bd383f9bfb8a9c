// The encoding of events and commands, against the shipped module.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeEach, describe, test } from "node:test";
import { Core, TimerOperation } from "../../src/binding.js";
import { checkOptions } from "../../src/options.js";

const module = new WebAssembly.Module(
  readFileSync(new URL("../../../wasm/khp.wasm", import.meta.url)),
);

const url = "ws://127.0.0.1:8080/a?b=ü";
const kinds = (commands) => commands.map(({ kind }) => kind);

/** @type {Core} */
let core;
beforeEach(() => (core = new Core(module)));

/**
 * @param {object} [options]
 * @param {string[]} [protocols]
 */
function request(options = {}, protocols = []) {
  core.start(url, protocols, checkOptions(options));
  return core.opened(url, "x-kaazing-handshake", "");
}

const head = (status, ...lines) =>
  [`HTTP/1.1 ${status}`, ...lines, "", ""].join("\r\n");
const bytes = (text) => Uint8Array.from(Buffer.from(text, "latin1")).buffer;
const unauthorized = head(
  "401 Unauthorized",
  'WWW-Authenticate: Basic realm="a \\"b\\"", charset="UTF-8", Other x=1',
);
const marker = new ArrayBuffer(0);

describe("events", () => {
  test("start starts the timer, rounded up, and an absent limit sets none", () => {
    const start = (handshakeTimeout) =>
      new Core(module).start(url, [], checkOptions({ handshakeTimeout }));
    const timer = (ms) => [
      { kind: "timer", operation: TimerOperation.start, ms },
    ];
    assert.deepEqual(start(undefined), timer(20000));
    assert.deepEqual(start(0.5), timer(1));
    assert.deepEqual(start(1e12), timer(0x7fffffff));
    assert.deepEqual(start(0), []);
  });

  test("opened sends the request with protocols and headers", () => {
    assert.deepEqual(request({ headers: { "X-A": "ü", b: "2" } }, ["p", "q"]), [
      {
        kind: "send",
        data: [
          "GET /a?b=%C3%BC HTTP/1.1",
          "Host: 127.0.0.1:8080",
          "Sec-WebSocket-Protocol: p, q",
          "X-A: ü",
          "b: 2",
          "",
          "",
        ].join("\r\n"),
      },
    ]);
  });

  test("a message of bytes is one, and one of text is one", () => {
    request();
    assert.deepEqual(core.message(bytes("HTTP/1.1 101 Switching\r\n")), []);
    assert.deepEqual(core.message("Upgrade: websocket\r\n\r\n"), []);
    assert.deepEqual(kinds(core.message(marker)), ["outcome", "open"]);
  });

  test("closed fails with its code and reason", () => {
    request();
    const [failure] = core.closed(1013, "später");
    assert.equal(failure.kind, "fail");
    assert.equal(failure.code, "closed");
    assert.match(failure.message, /1013 \(später\)/);
  });

  test("timeout fails", () => {
    request();
    const [close, failure] = core.timeout();
    assert.deepEqual(close, { kind: "close", code: 4408, reason: "" });
    assert.equal(failure.code, "timeout");
  });

  test("an object answers by itself", () => {
    request({ authenticate: { username: "joe", password: "wëlcome" } });
    core.message(unauthorized);
    const [send] = core.message(marker);
    const basic = Buffer.from("joe:wëlcome").toString("base64");
    assert.match(
      send.data,
      new RegExp(`^Authorization: Basic ${basic}\r$`, "m"),
    );
  });

  for (const [name, answer, value] of [
    ["a username and password", { username: "a", password: "b" }, "Basic YTpi"],
    ["a string", "Bearer x", "Bearer x"],
  ])
    test(`${name} from a callback`, () => {
      request({ authenticate: () => null });
      core.message(unauthorized);
      core.message(marker);
      const commands = core.credentials(answer);
      assert.deepEqual(kinds(commands), ["timer", "send"]);
      assert.ok(commands[1].data.includes(`Authorization: ${value}\r\n`));
    });

  test("giving up fails with the reason", () => {
    request({ authenticate: () => null });
    core.message(unauthorized);
    core.message(marker);
    const failure = core.giveUp("for a reason").at(-1);
    assert.equal(failure.code, "unauthorized");
    assert.equal(failure.status, 401);
    assert.equal(failure.url, "ws://127.0.0.1:8080/a?b=%C3%BC");
    assert.match(failure.message, /for a reason/);
  });

  for (const follow of [true, false])
    test(`a redirect that is ${follow ? "followed" : "refused"}`, () => {
      request({ redirect: () => follow });
      core.message(head("302 Found", "Location: /to"));
      const commands = core.redirect(follow);
      assert.equal(commands[0].code, follow ? 1000 : 4302);
    });
});

describe("options", () => {
  for (const [redirect, location, kind] of [
    ["follow", "ws://other/", "close"],
    ["same-origin", "/to", "close"],
    ["same-origin", "ws://other/", "fail"],
    ["error", "/to", "fail"],
    [() => true, "/to", "confirm-redirect"],
  ])
    test(`redirect ${redirect} to ${location}`, () => {
      request({ redirect });
      const commands = core.message(head("302 Found", `Location: ${location}`));
      assert.equal(commands.at(-1).kind, kind);
    });

  test("fallback", () => {
    const refused = (options) => {
      core = new Core(module);
      core.start(url, ["p"], checkOptions(options));
      return core.closed(1006, "");
    };
    assert.deepEqual(kinds(refused({})), ["fail"]);
    assert.deepEqual(refused({ fallback: "native" }), [
      {
        kind: "connect",
        url: "ws://127.0.0.1:8080/a?b=%C3%BC",
        protocols: ["p"],
      },
    ]);
  });
});

describe("extensions", () => {
  const offers = [
    "x-kaazing-ping-pong",
    { name: "x-own", params: { a: true, b: 1, c: 'd "e"' } },
  ];

  /** @param {...string} agreed */
  function open(...agreed) {
    request({ extensions: offers });
    core.message(
      head("101 X", ...agreed.map((e) => `Sec-WebSocket-Extensions: ${e}`)),
    );
    return core.message(marker).find(({ kind }) => kind === "open");
  }

  test("are offered as they are written in a header", () => {
    const [{ data }] = request({ extensions: offers });
    const line =
      'Sec-WebSocket-Extensions: x-kaazing-ping-pong, x-own; a; b=1; c="d \\"e\\""';
    assert.ok(data.includes(`\r\n${line}\r\n`), data);
  });

  test("that were agreed to are told, and whether the core goes on", () => {
    assert.deepEqual(open('x-own; a; c="f g"'), {
      kind: "open",
      protocol: "",
      extensions: 'x-own; a; c="f g"',
      agreed: [{ name: "x-own", params: [["a", ""], ["c", "f g"]] }], // prettier-ignore
      goesOn: false,
    });
    core = new Core(module);
    assert.equal(open("x-kaazing-ping-pong; 01010102").goesOn, true);
  });

  test("judge messages on the open socket", () => {
    open("x-kaazing-ping-pong; 01010102");
    const control = "\x01\x01\x01\x02";
    assert.deepEqual(kinds(core.received("hello")), ["deliver"]);
    assert.deepEqual(kinds(core.received(bytes(control))), ["deliver"]);
    assert.deepEqual(core.received(`${control}\t\0`), [
      { kind: "send", data: `${control}\n\0` },
    ]);
    assert.deepEqual(core.sending("hello"), []);
    assert.deepEqual(core.sending(`${control} and so on`), [
      { kind: "send", data: control },
    ]);
    assert.deepEqual(kinds(core.received(`${control}?`)), ["close", "fail"]);
  });
});

describe("commands", () => {
  test("authenticate has the challenge, frozen", () => {
    request({ authenticate: () => null });
    core.message(unauthorized);
    const [pause, { challenge }] = core.message(marker);
    assert.equal(pause.operation, TimerOperation.pause);
    const basic = {
      scheme: "Basic",
      realm: 'a "b"',
      params: { realm: 'a "b"', charset: "UTF-8" },
    };
    assert.deepEqual(challenge, {
      ...basic,
      url: "ws://127.0.0.1:8080/a?b=%C3%BC",
      attempt: 1,
      proxy: false,
      all: [basic, { scheme: "Other", realm: "", params: { x: "1" } }],
    });
    for (const o of [
      challenge,
      challenge.params,
      challenge.all,
      ...challenge.all,
      challenge.all[1].params,
    ])
      assert.ok(Object.isFrozen(o));
  });

  test("a byte order mark is kept", () => {
    request({ authenticate: () => null });
    core.message(
      head("401 Unauthorized", 'WWW-Authenticate: Basic realm="\uFEFFa"'),
    );
    const [, { challenge }] = core.message(marker);
    assert.equal(challenge.realm, "\uFEFFa");
  });

  test("outcome has the bytes of the head as code units", () => {
    request();
    const every = Array.from({ length: 128 }, (_, i) =>
      String.fromCharCode(128 + i),
    ).join("");
    const commands = core.message(
      bytes(head(`403 ${every}`, `A: ${every}`, "A: 2")),
    );
    const outcome = commands.find(({ kind }) => kind === "outcome");
    assert.deepEqual(outcome, {
      kind: "outcome",
      status: 403,
      statusText: every,
      headers: [
        ["A", every],
        ["A", "2"],
      ],
      url: "ws://127.0.0.1:8080/a?b=%C3%BC",
      redirects: [],
      challenges: 0,
    });
  });

  test("connect follows a redirect, and the outcome tells of it", () => {
    request({}, ["p"]);
    core.message(head("302 Found", "Location: /to"));
    const [connect] = core.closed(1000, "");
    assert.deepEqual(connect, {
      kind: "connect",
      url: "ws://127.0.0.1:8080/to",
      protocols: ["x-kaazing-handshake", "p"],
    });
    core.opened(connect.url, "x-kaazing-handshake", "deflate");
    core.message(head("101 X", "Sec-WebSocket-Protocol: p"));
    const [outcome, open] = core.message(marker);
    assert.deepEqual(outcome.redirects, ["ws://127.0.0.1:8080/a?b=%C3%BC"]);
    assert.equal(outcome.url, "ws://127.0.0.1:8080/to");
    assert.deepEqual(open, {
      kind: "open",
      protocol: "p",
      extensions: "deflate",
      agreed: [],
      goesOn: false,
    });
  });
});

test("an event that makes the memory grow is answered all the same", () => {
  request();
  const commands = core.message(new ArrayBuffer(8 << 20));
  assert.equal(commands.at(-1).kind, "fail");
});

test("instances know nothing of each other", () => {
  const other = new Core(module);
  request();
  other.start("ws://other/", [], checkOptions({}));
  assert.deepEqual(kinds(core.closed(1006, "")), ["fail"]);
  assert.deepEqual(
    kinds(other.opened("ws://other/", "x-kaazing-handshake", "")),
    ["send"],
  );
});
