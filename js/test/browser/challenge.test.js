import { assert } from "chai";
import { KaazingWebSocket } from "kaazing-websocket";
import { Log, failed, opened, settled } from "./support/outcome.js";
import {
  accept,
  begin,
  close,
  echo,
  head,
  mark,
  open,
  peer,
  receive,
  respond,
  send,
  marker,
  wait,
} from "./support/peer.js";
import { servers } from "./support/servers.js";

const basic = 'WWW-Authenticate: Basic realm="files"';
/** The server's script: a challenge, the replay, open. @param {string[]} lines @returns {any[]} */
const challengeThenOpen = (...lines) => [
  ...begin(),
  respond("401 Who", ...lines),
  receive(),
  respond("101 OK"),
  close(1000),
];

/** @param {{messages: {data: string}[]}} transcript @returns {(string | undefined)[]} of each request */
function authorizations({ messages }) {
  return messages.map(({ data }) => {
    const lines = data
      .split("\r\n")
      .filter((line) => /^authorization:/i.test(line));
    assert.isAtMost(lines.length, 1, "one Authorization at most");
    return lines[0]?.slice("Authorization: ".length);
  });
}

/** @param {string} pair */
const encoded = (pair) =>
  `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(pair)))}`;

/**
 * Answers one challenge, and expects to be let in with that Authorization.
 *
 * @param {any} authenticate
 * @param {string} value
 * @param {string[]} lines
 */
async function answers(authenticate, value, ...lines) {
  const server = await peer(
    challengeThenOpen(...(lines.length ? lines : [basic])),
  );
  const socket = new KaazingWebSocket(server.url, [], { authenticate });
  await opened(socket);
  assert.equal(socket.handshake?.challenges, 1);
  const transcript = await server.transcript();
  assert.deepEqual(authorizations(transcript), [undefined, value]);
  return transcript;
}

/**
 * Is challenged, and fails without a second request.
 *
 * @param {any} options
 * @param {string[]} lines
 */
async function givesUp(options, ...lines) {
  const server = await peer([
    ...begin(),
    respond("401 Who", ...(lines.length ? lines : [basic])),
  ]);
  const socket = new KaazingWebSocket(server.url, [], options);
  const error = await failed(socket, "unauthorized", { status: 401 });
  assert.equal(socket.handshake?.status, 401);
  assert.equal(socket.handshake?.challenges, 1);
  const { close, messages } = await server.transcript();
  assert.equal(close?.code, 4401);
  assert.lengthOf(messages, 1);
  return error;
}

describe("authenticate as an object", () => {
  it("answers Basic on the same connection, with the same request", async () => {
    const { messages } = await answers(
      { username: "joe", password: "welcome" },
      "Basic am9lOndlbGNvbWU=",
    );
    const [first, second] = messages.map(({ data }) => data.split("\r\n"));
    assert.deepEqual(
      second.filter((line) => !line.startsWith("Authorization:")),
      first,
    );
    assert.deepEqual(
      messages.map(({ type }) => type),
      ["text", "text"],
    );
  });

  it("encodes UTF-8", () =>
    answers(
      { username: "j\u00f6", password: "\u20ac\u{1f600}" },
      encoded("j\u00f6:\u20ac\u{1f600}"),
    ));
  it("takes an empty name, an empty password and colons in a password", async () => {
    await answers({ username: "", password: "x" }, encoded(":x"));
    await answers({ username: "joe", password: "" }, encoded("joe:"));
    await answers({ username: "joe", password: "a:b" }, encoded("joe:a:b"));
  });
  it("does not answer with a colon in the name", async () =>
    void (await givesUp({ authenticate: { username: "a:b", password: "c" } })));
  it("answers the scheme in any case, and with Application before it", async () => {
    await answers(
      { username: "joe", password: "welcome" },
      encoded("joe:welcome"),
      "www-authenticate: bASIC realm=x",
    );
    await answers(
      { username: "joe", password: "welcome" },
      encoded("joe:welcome"),
      'WWW-Authenticate: Application Basic realm="Demo"',
    );
  });
  it("finds Basic among others, in one header or several", async () => {
    const joe = { username: "joe", password: "welcome" };
    await answers(
      joe,
      encoded("joe:welcome"),
      'WWW-Authenticate: Bearer scope="a, b", Negotiate dG9rZW4=, Basic realm="r"',
    );
    await answers(
      joe,
      encoded("joe:welcome"),
      "WWW-Authenticate: Bearer",
      "WWW-Authenticate: Basic",
    );
  });
  it("is sent once: a second 401 ends it", async () => {
    const server = await peer([
      ...begin(),
      respond("401 Who", basic),
      receive(),
      send({ bytes: head("401 Still", basic) }, marker),
    ]);
    const socket = new KaazingWebSocket(server.url, [], {
      authenticate: { username: "joe", password: "wrong" },
    });
    await failed(socket, "unauthorized", { status: 401 });
    assert.equal(socket.handshake?.challenges, 2);
    const transcript = await server.transcript();
    assert.deepEqual(authorizations(transcript), [
      undefined,
      encoded("joe:wrong"),
    ]);
    assert.equal(transcript.close?.code, 4401);
  });
  it("takes the place of the caller's own Authorization", async () => {
    const server = await peer(challengeThenOpen(basic));
    const options = {
      authenticate: { username: "joe", password: "welcome" },
      headers: { authorization: "Bearer old", "X-A": "1" },
    };
    await opened(new KaazingWebSocket(server.url, [], options));
    const { messages } = await server.transcript();
    assert.match(messages[0].data, /^authorization: Bearer old\r$/im);
    assert.notMatch(messages[1].data, /Bearer/);
    assert.match(
      messages[1].data,
      /^Authorization: Basic am9lOndlbGNvbWU=\r$/m,
    );
    assert.match(messages[1].data, /^X-A: 1\r$/m);
  });
  it("has nothing to answer other schemes with", async () => {
    for (const line of [
      "WWW-Authenticate: Bearer realm=x",
      "X-None: 1",
      "WWW-Authenticate:",
    ]) {
      await givesUp(
        { authenticate: { username: "joe", password: "welcome" } },
        line,
      );
    }
  });
  it("fails on a malformed challenge", async () => {
    for (const value of [
      'Basic realm="open',
      "Basic realm=@",
      "=",
      'Basic realm="a" x',
    ]) {
      await givesUp(
        { authenticate: { username: "joe", password: "welcome" } },
        `WWW-Authenticate: ${value}`,
      );
    }
  });
});

describe("userinfo in the URL", () => {
  it("is taken for credentials, and goes nowhere else", async () => {
    const server = await peer(challengeThenOpen(basic));
    const socket = new KaazingWebSocket(
      server.url.replace("//", "//j%C3%B6:s%3Acret%25@"),
    );
    assert.equal(socket.url, server.url);
    const log = await opened(socket);
    assert.equal(socket.url, server.url);
    assert.equal(socket.handshake?.url, server.url);
    await log.next("close");
    const transcript = await server.transcript();
    assert.deepEqual(authorizations(transcript), [
      undefined,
      encoded("j\u00f6:s:cret%"),
    ]);
    assert.notMatch(transcript.request, /cret|^authorization/im);
    for (const { data } of transcript.messages)
      assert.match(
        data,
        new RegExp(
          `^GET ${server.path} HTTP/1\\.1\r\nHost: ${server.host}\r\n`,
        ),
      );
  });

  it("is not in the error of a failure either", async () => {
    const server = await peer([
      ...begin(),
      respond("401 Who", basic),
      receive(),
      respond("401 No", basic),
    ]);
    const socket = new KaazingWebSocket(
      server.url.replace("//", "//joe:s3cret@"),
    );
    const error = await failed(socket, "unauthorized");
    await server.transcript();
    for (const text of [
      error.message,
      error.url,
      error.stack,
      String(error.cause),
      socket.url,
      socket.handshake?.url,
    ]) {
      assert.notInclude(String(text), "s3cret");
    }
  });

  it("gives way to authenticate", async () => {
    const server = await peer(challengeThenOpen(basic));
    const url = server.url.replace("//", "//joe:welcome@");
    await opened(
      new KaazingWebSocket(url, [], {
        authenticate: { username: "ann", password: "hi" },
      }),
    );
    assert.deepEqual(authorizations(await server.transcript()), [
      undefined,
      encoded("ann:hi"),
    ]);
  });
});

describe("authenticate as a function", () => {
  it("is told about the challenge", async () => {
    /** @type {any[]} */
    const calls = [];
    const authenticate = (/** @type {any[]} */ ...args) => (
      calls.push(args),
      { username: "joe", password: "welcome" }
    );
    const server = await peer(
      challengeThenOpen(
        'WWW-Authenticate: Bearer scope="a b", Basic realm="a \\"quoted\\" \\\\ realm", charset="UTF-8"',
      ),
    );
    await opened(new KaazingWebSocket(server.url, [], { authenticate }));
    await server.transcript();
    assert.lengthOf(calls, 1);
    assert.lengthOf(calls[0], 1);
    const [{ url, scheme, realm, params, attempt, proxy, all }] = calls[0];
    assert.deepEqual(
      { url, scheme, realm, attempt, proxy },
      {
        url: server.url,
        scheme: "Basic",
        realm: 'a "quoted" \\ realm',
        attempt: 1,
        proxy: false,
      },
    );
    assert.deepEqual(
      { ...params },
      { realm: 'a "quoted" \\ realm', charset: "UTF-8" },
    );
    assert.deepEqual(
      all.map((/** @type {any} */ one) => ({
        ...one,
        params: { ...one.params },
      })),
      [
        { scheme: "Bearer", realm: "", params: { scope: "a b" } },
        {
          scheme: "Basic",
          realm: 'a "quoted" \\ realm',
          params: { realm: 'a "quoted" \\ realm', charset: "UTF-8" },
        },
      ],
    );
  });

  it("reads the realm as UTF-8, with U+FFFD for what is none", async () => {
    /** @type {string[]} */
    const realms = [];
    const authenticate = (/** @type {any} */ { realm }) => (
      realms.push(realm),
      null
    );
    await givesUp(
      { authenticate },
      'WWW-Authenticate: Basic realm="caf\xc3\xa9"',
    );
    await givesUp({ authenticate }, 'WWW-Authenticate: Basic realm="caf\xe9"');
    assert.deepEqual(realms, ["caf\u00e9", "caf\ufffd"]);
  });

  it("may answer with username and password, at once or later", async () => {
    const joe = { username: "joe", password: "welcome" };
    await answers(() => joe, encoded("joe:welcome"));
    await answers(async () => joe, encoded("joe:welcome"));
    await answers(
      () => new Promise((resolve) => setTimeout(resolve, 50, joe)),
      encoded("joe:welcome"),
    );
  });

  it("may answer with the header's whole value, for any scheme", async () => {
    await answers(
      () => "Bearer abc.def",
      "Bearer abc.def",
      "WWW-Authenticate: Bearer",
    );
    await answers(async () => 'Custom a="b", c=d', 'Custom a="b", c=d');
    await answers(
      (/** @type {any} */ { scheme }) => `${scheme} 1:joe`,
      "Token 1:joe",
      "WWW-Authenticate: Application Token",
    );
  });

  it("may give up with null", async () => {
    await givesUp({ authenticate: () => null });
    await givesUp({ authenticate: async () => null });
  });

  it("fails the connection where it throws or rejects, with the cause", async () => {
    const cause = new Error("no keychain");
    assert.equal(
      (
        await givesUp({
          authenticate: () => {
            throw cause;
          },
        })
      ).cause,
      cause,
    );
    assert.equal(
      (await givesUp({ authenticate: () => Promise.reject(cause) })).cause,
      cause,
    );
  });

  for (const answer of [
    undefined,
    42,
    true,
    {},
    { username: "joe" },
    { username: "joe", password: 7 },
    [],
  ]) {
    it(`fails the connection where it answers ${JSON.stringify(answer)}, with a TypeError as cause`, async () => {
      const error = await givesUp({ authenticate: () => answer });
      assert.instanceOf(error.cause, TypeError);
    });
  }

  it("fails the connection where it answers with an empty string", async () => {
    await givesUp({ authenticate: () => "" });
  });

  it("cannot break out of the header's line, and its answer is in no error", async () => {
    for (const answer of [
      "Bearer s3cret\r\nCookie: a=b",
      "Bearer s3cret\n",
      "Bearer s3cret\0",
    ]) {
      const error = await givesUp({ authenticate: () => answer });
      assert.notInclude(
        error.message + error.cause,
        "s3cret",
        JSON.stringify(answer),
      );
    }
    const error = await givesUp({
      authenticate: () => ({
        username: "joe",
        password: "s3cret\r\nCookie: a=b",
      }),
    });
    assert.notInclude(error.message + error.cause, "s3cret");
  });

  it("has three rounds; the fourth challenge ends it", async () => {
    const rounds = [1, 2, 3].flatMap((n) => [
      respond(`401 Round ${n}`, basic),
      receive(),
    ]);
    const server = await peer([
      ...begin(),
      ...rounds,
      send({ bytes: head("401 Round 4", basic) }),
    ]);
    /** @type {number[]} */
    const attempts = [];
    const authenticate = (/** @type {any} */ { attempt }) => (
      attempts.push(attempt),
      { username: "joe", password: `guess ${attempt}` }
    );
    const socket = new KaazingWebSocket(server.url, [], { authenticate });
    await failed(socket, "unauthorized", { status: 401 });
    assert.deepEqual(attempts, [1, 2, 3]);
    assert.equal(socket.handshake?.challenges, 4);
    assert.equal(socket.handshake?.statusText, "Round 4");
    const transcript = await server.transcript();
    assert.deepEqual(authorizations(transcript), [
      undefined,
      ...[1, 2, 3].map((n) => encoded(`joe:guess ${n}`)),
    ]);
    assert.equal(transcript.close?.code, 4401);
  });

  it("opens in the third round", async () => {
    const rounds = [1, 2, 3].flatMap(() => [
      respond("401 Who", basic),
      receive(),
    ]);
    const server = await peer([
      ...begin(),
      ...rounds,
      respond("101 OK"),
      close(1000),
    ]);
    const socket = new KaazingWebSocket(server.url, [], {
      authenticate: (/** @type {any} */ { attempt }) => `Basic ${attempt}`,
    });
    await opened(socket);
    assert.equal(socket.handshake?.challenges, 3);
    await server.transcript();
  });

  it("never sends the same credentials twice for the same challenge", async () => {
    for (const answer of [
      "Bearer same",
      { username: "joe", password: "same" },
    ]) {
      const server = await peer([
        ...begin(),
        respond("401 Who", basic),
        receive(),
        respond("401 Who", basic),
      ]);
      let calls = 0;
      const socket = new KaazingWebSocket(server.url, [], {
        authenticate: () => (calls++, answer),
      });
      await failed(socket, "unauthorized", { status: 401 });
      assert.equal(calls, 2);
      assert.lengthOf((await server.transcript()).messages, 2);
    }
  });

  it("does not repeat the caller's own Authorization either", async () => {
    const server = await peer([
      ...begin(),
      respond("401 Who", "WWW-Authenticate: Bearer"),
    ]);
    const options = {
      headers: { Authorization: "Bearer t0ken" },
      authenticate: () => "Bearer t0ken",
    };
    await failed(new KaazingWebSocket(server.url, [], options), "unauthorized");
    assert.lengthOf((await server.transcript()).messages, 1);
  });

  it("is asked when the response has ended, not before", async () => {
    let asked = 0;
    const body = "<h1>401</h1>";
    const server = await peer([
      ...begin(),
      ...[
        send({
          bytes: head("401 Who", basic, `Content-Length: ${body.length}`),
        }),
        mark("head"),
        wait("end"),
      ],
      ...[
        send({ bytes: body }, marker),
        receive(),
        respond("101 OK"),
        close(1000),
      ],
    ]);
    const socket = new KaazingWebSocket(server.url, [], {
      authenticate: () => (asked++, "Bearer a"),
    });
    const log = new Log(socket);
    await server.reached("head");
    await settled();
    assert.equal(asked, 0);
    await server.release("end");
    await log.next("open");
    assert.equal(asked, 1);
    await server.transcript();
  });

  it("stops the clock while it is pending, and only then", async () => {
    const limit = 600;
    const server = await peer([
      ...begin(),
      respond("401 Who", basic),
      receive(),
      wait("never"),
    ]);
    const late = () =>
      new Promise((resolve) => setTimeout(resolve, limit * 1.5, "Bearer slow"));
    const socket = new KaazingWebSocket(server.url, [], {
      authenticate: late,
      handshakeTimeout: limit,
    });
    await failed(socket, "timeout");
    const { messages, close } = await server.transcript();
    assert.lengthOf(
      messages,
      2,
      "the answer was sent although the limit had passed",
    );
    assert.equal(close?.code, 4408);
  });

  it("lets the clock go on from where it stopped", async () => {
    const limit = 600;
    const server = await peer([
      ...[...begin(), wait("challenge"), respond("401 Who", basic), receive()],
      ...[wait("open"), respond("101 OK")],
    ]);
    const socket = new KaazingWebSocket(server.url, [], {
      authenticate: () => "Bearer quick",
      handshakeTimeout: limit,
    });
    const log = new Log(socket);
    for (const step of ["challenge", "open"]) {
      await new Promise((resolve) => setTimeout(resolve, limit * 0.7));
      await server.release(step);
    }
    await failed(socket, "timeout", { log });
  });

  it("may answer late, to a handshake that is over", async () => {
    for (const finish of [
      (/** @type {any} */ socket) => socket.close(),
      (/** @type {any} */ _, /** @type {AbortController} */ controller) =>
        controller.abort(),
    ]) {
      const server = await peer([...begin(), respond("401 Who", basic)]);
      const controller = new AbortController();
      /** @type {(answer: any) => void} */
      let answer = () => {};
      /** @type {any} */
      let socket;
      const asked = new Promise((resolve) => {
        const authenticate = () => (
          resolve(undefined),
          new Promise((late) => (answer = late))
        );
        socket = new KaazingWebSocket(server.url, [], {
          authenticate,
          signal: controller.signal,
        });
      });
      const log = new Log(socket);
      await asked;
      finish(socket, controller);
      await failed(socket, "aborted", { log });
      answer({ username: "joe", password: "welcome" });
      await settled();
      assert.deepEqual(log.types, ["error", "close"]);
      assert.lengthOf((await server.transcript()).messages, 1);
    }
  });

  it("is dropped when the server goes away while it is pending", async () => {
    const server = await peer([
      ...begin(),
      respond("401 Who", basic),
      mark("asked"),
      wait("go"),
      close(1001, "tired"),
    ]);
    const socket = new KaazingWebSocket(server.url, [], {
      authenticate: () => new Promise(() => {}),
    });
    const log = new Log(socket);
    await server.reached("asked");
    await server.release("go");
    await failed(socket, "closed", { status: 401, log });
    await server.transcript();
  });
});

describe("without authenticate", () => {
  it("a 401 fails at once", async () => {
    const server = await peer([
      ...begin(),
      send({ bytes: head("401 Who", basic) }),
    ]);
    await failed(new KaazingWebSocket(server.url), "unauthorized", {
      status: 401,
    });
    assert.equal((await server.transcript()).close?.code, 4401);
  });
});

describe("a 407", () => {
  const proxy = 'Proxy-Authenticate: Basic realm="gate"';
  const credentials = { username: "joe", password: "welcome" };

  it("is answered on a new connection, with Proxy-Authorization", async () => {
    const server = await peer(
      [...begin(), respond("407 Pay", proxy)],
      [...open(), close(1000)],
    );
    /** @type {any[]} */
    const challenges = [];
    const socket = new KaazingWebSocket(server.url, [], {
      authenticate: (/** @type {any} */ challenge) => {
        challenges.push(challenge);
        return credentials;
      },
    });
    await opened(socket);
    assert.lengthOf(challenges, 1);
    const [{ url, scheme, realm, attempt, proxy: forProxy }] = challenges;
    assert.deepEqual(
      [url, scheme, realm, attempt, forProxy],
      [server.url, "Basic", "gate", 1, true],
    );
    assert.equal(socket.handshake?.challenges, 1);
    const [first, second] = await server.transcripts();
    assert.equal(first.close?.code, 1000);
    assert.lengthOf(first.messages, 1);
    assert.match(
      second.messages[0].data,
      /^Proxy-Authorization: Basic am9lOndlbGNvbWU=\r$/m,
    );
    assert.deepEqual(authorizations(second), [undefined]);
  });

  it("is not answered with the same credentials again", async () => {
    const refusal = [...begin(), respond("407 Pay", proxy)];
    const server = await peer(refusal, refusal);
    const socket = new KaazingWebSocket(server.url, [], {
      authenticate: credentials,
    });
    await failed(socket, "proxy-unauthorized", { status: 407 });
    assert.lengthOf(await server.transcripts(), 2);
  });

  it("fails where authenticate gives up", async () => {
    const server = await peer([...begin(), respond("407 Pay", proxy)]);
    const socket = new KaazingWebSocket(server.url, [], {
      authenticate: () => null,
    });
    await failed(socket, "proxy-unauthorized", { status: 407 });
    await server.transcript();
  });
});

describe("Basic without TLS to another machine", () => {
  before(function () {
    if (!servers.fault.mapped) this.skip(); // no name that leads here and is not loopback
  });

  /** @param {any} options @param {any[]} plan */
  const connect = async (options, plan) => {
    const server = await peer(plan);
    return {
      server,
      socket: new KaazingWebSocket(
        server.at(/** @type {string} */ (servers.fault.mapped)),
        [],
        options,
      ),
    };
  };

  it("fails as insecure, and the password is not sent", async () => {
    for (const authenticate of [
      { username: "joe", password: "s3cret" },
      () => ({ username: "joe", password: "s3cret" }),
    ]) {
      const { server, socket } = await connect({ authenticate }, [
        ...begin(),
        respond("401 Who", basic),
      ]);
      const error = await failed(socket, "insecure", { status: 401 });
      assert.notInclude(error.message, "s3cret");
      const transcript = await server.transcript();
      assert.deepEqual(authorizations(transcript), [undefined]);
      assert.equal(transcript.close?.code, 4401);
    }
  });

  it("is the caller's affair where it returns the whole header", async () => {
    const { server, socket } = await connect(
      { authenticate: () => encoded("joe:welcome") },
      challengeThenOpen(basic),
    );
    await opened(socket);
    assert.deepEqual(authorizations(await server.transcript()), [
      undefined,
      encoded("joe:welcome"),
    ]);
  });
});

describe("Basic over TLS", () => {
  it("is sent", async () => {
    const server = await peer(challengeThenOpen(basic));
    const authenticate = { username: "joe", password: "welcome" };
    await opened(
      new KaazingWebSocket(server.at(servers.fault.secure), [], {
        authenticate,
      }),
    );
    assert.deepEqual(authorizations(await server.transcript()), [
      undefined,
      encoded("joe:welcome"),
    ]);
  });
});

describe("credentials", () => {
  it("of one socket are not known to the next", async () => {
    const first = await peer(challengeThenOpen(basic));
    await opened(
      new KaazingWebSocket(first.url, [], {
        authenticate: { username: "joe", password: "welcome" },
      }),
    );
    await first.transcript();
    const second = await peer([accept(), receive(), respond("401 Who", basic)]);
    await failed(new KaazingWebSocket(second.url), "unauthorized");
    assert.deepEqual(authorizations(await second.transcript()), [undefined]);
  });

  it("are not asked for where nobody challenges", async () => {
    const server = await peer([...open(), echo()]);
    let asked = 0;
    const socket = new KaazingWebSocket(server.url, [], {
      authenticate: () => (asked++, null),
    });
    await opened(socket);
    socket.close();
    await server.transcript();
    assert.equal(asked, 0);
    assert.equal(socket.handshake?.challenges, 0);
  });
});
