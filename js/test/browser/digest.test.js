// Digest (RFC 7616): the fault server verifies each answer with Node's own hashes.

import { assert } from "chai";
import { KaazingWebSocket } from "kaazing-websocket";
import { failed, opened, outcomeOf } from "./support/outcome.js";
import {
  begin,
  close,
  peer,
  receive,
  respond,
  verifyDigest,
} from "./support/peer.js";

/** @typedef {Omit<import("../server/digest.js").Expected, "username" | "password" | "nc">} Challenge */

const joe = { username: "joe", password: "welcome" };
const nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
/** @type {Challenge} */
const base = { realm: 'the "inner" r\\oom', nonce, opaque: "FQhe/qaU" };

/** @param {Challenge} challenge @param {string[]} more */
function header({ realm, nonce, opaque, algorithm, qop, userhash }, ...more) {
  const quoted = (/** @type {string} */ s) =>
    `"${s.replace(/["\\]/g, "\\$&")}"`;
  return `WWW-Authenticate: Digest ${[
    `realm=${quoted(realm)}`,
    `nonce=${quoted(nonce)}`,
    ...(qop === false ? [] : ['qop="auth, auth-int"']),
    ...(opaque === undefined ? [] : [`opaque=${quoted(opaque)}`]),
    ...(algorithm ? [`algorithm=${algorithm}`] : []),
    ...(userhash ? ["userhash=true"] : []),
    ...more,
  ].join(", ")}`;
}

/** Reads the replay of a request and verifies it. @param {Challenge} challenge @param {object} [more] */
const answered = (challenge, more = {}) => [
  receive(),
  verifyDigest({ nc: "00000001", ...joe, ...challenge, ...more }),
];

describe("Digest is answered", () => {
  /** @type {[what: string, challenge: Challenge][]} */
  const challenges = ["MD5", "SHA-256", "SHA-512-256"].flatMap((algorithm) => [
    [algorithm, { ...base, algorithm }],
    [`${algorithm}-sess`, { ...base, algorithm: `${algorithm}-sess` }],
    [`${algorithm} with userhash`, { ...base, algorithm, userhash: true }],
  ]);
  challenges.push(
    ["no algorithm", base],
    ["no qop, as in RFC 2069", { ...base, qop: false }],
    ["no opaque, and an empty realm", { realm: "", nonce }],
    ["SHA-256 without qop", { ...base, algorithm: "SHA-256", qop: false }],
  );
  for (const [what, challenge] of challenges) {
    it(`with ${what}`, async () => {
      const server = await peer([
        ...[...begin(), respond("401 Who", header(challenge))],
        ...[...answered(challenge), respond("101 OK"), close(1000)],
      ]);
      await opened(
        new KaazingWebSocket(`${server.url}/a?b="c"`, [], {
          authenticate: joe,
        }),
      );
      const { messages } = await server.transcript();
      assert.notInclude(messages[1].data, "welcome");
    });
  }

  for (const userhash of [false, true]) {
    it(`for a name and password in UTF-8${userhash ? ", hashed" : ""}`, async () => {
      const credentials = {
        username: "J\u00e4s\u00f8n Doe",
        password: "Secret, or \u20ac",
      };
      const challenge = { ...base, algorithm: "SHA-256", userhash };
      const server = await peer([
        ...[...begin(), respond("401 Who", header(challenge, "charset=UTF-8"))],
        ...[
          ...answered(challenge, credentials),
          respond("101 OK"),
          close(1000),
        ],
      ]);
      await opened(
        new KaazingWebSocket(server.url, [], { authenticate: credentials }),
      );
      await server.transcript();
    });
  }

  it("by the strongest hash that is offered, over Basic too", async () => {
    const strongest = { ...base, algorithm: "SHA-512-256" };
    const server = await peer([
      ...begin(),
      respond(
        "401 Who",
        'WWW-Authenticate: Basic realm="b"',
        header({ ...base, algorithm: "MD5" }),
        header(strongest),
        header({ ...base, algorithm: "SHA-256" }),
        header({ ...base, algorithm: "SHA-3" }),
      ),
      ...[...answered(strongest), respond("101 OK"), close(1000)],
    ]);
    /** @type {any[]} */
    const asked = [];
    const socket = new KaazingWebSocket(server.url, [], {
      authenticate({ scheme, realm, params, all }) {
        asked.push(scheme, realm, params.algorithm, all.length);
        return joe;
      },
    });
    await opened(socket);
    assert.deepEqual(asked, ["Digest", base.realm, "SHA-512-256", 5]);
    await server.transcript();
  });

  it("again, without asking the page, where the nonce is stale", async () => {
    const first = { ...base, algorithm: "SHA-256" };
    const second = { ...first, nonce: "another" };
    const server = await peer([
      ...[...begin(), respond("401 Who", header(first)), ...answered(first)],
      respond("401 Old", header(second, "stale=TRUE")),
      ...[...answered(second), respond("101 OK"), close(1000)],
    ]);
    let asked = 0;
    const socket = new KaazingWebSocket(server.url, [], {
      authenticate() {
        asked++;
        return joe;
      },
    });
    await opened(socket);
    assert.equal(asked, 1);
    assert.equal(outcomeOf(socket).challenges, 2);
    await server.transcript();
  });

  it("with another cnonce each time", async () => {
    const server = await peer(
      ...[1, 2].map(() => [
        ...[...begin(), respond("401 Who", header(base))],
        ...[...answered(base), respond("101 OK"), close(1000)],
      ]),
    );
    for (let i = 0; i < 2; i++) {
      const options = { authenticate: joe };
      const socket = new KaazingWebSocket(server.url, [], options);
      await (await opened(socket)).next("close");
    }
    const cnonces = (await server.transcripts()).map(
      ({ messages }) => /cnonce="([^"]+)"/.exec(messages[1].data)?.[1],
    );
    assert.lengthOf(new Set(cnonces), 2);
  });
});

describe("over a redirect to the same origin, Digest", () => {
  it("goes along, and counts the nonce on", async () => {
    const target = await peer([
      ...[...begin().slice(0, 1), ...answered(base, { nc: "00000002" })],
      ...[respond("101 OK"), close(1000)],
    ]);
    const server = await peer([
      ...[...begin(), respond("401 Who", header(base)), ...answered(base)],
      respond("302 There", `Location: ${target.path}`),
    ]);
    await opened(new KaazingWebSocket(server.url, [], { authenticate: joe }));
    await Promise.all([server.transcript(), target.transcript()]);
  });

  it("begins anew with the nextnonce that came", async () => {
    const next = { ...base, nonce: "the next one" };
    const target = await peer([
      ...[...begin().slice(0, 1), ...answered(next)],
      ...[respond("101 OK"), close(1000)],
    ]);
    const server = await peer([
      ...[...begin(), respond("401 Who", header(base)), ...answered(base)],
      respond(
        "302 There",
        `Location: ${target.path}`,
        'Authentication-Info: qop=auth, nextnonce="the next one"',
      ),
    ]);
    await opened(new KaazingWebSocket(server.url, [], { authenticate: joe }));
    await Promise.all([server.transcript(), target.transcript()]);
  });
});

describe("Digest is not answered", () => {
  for (const [what, ...more] of [
    ["an unknown algorithm", "algorithm=SHA-3"],
    ["auth-int alone", 'qop="auth-int"'],
  ]) {
    it(`with ${what}`, async () => {
      const challenge = header({ ...base, qop: false }, ...more);
      const server = await peer([...begin(), respond("401 Who", challenge)]);
      const socket = new KaazingWebSocket(server.url, [], {
        authenticate: joe,
      });
      await failed(socket, "unauthorized", { status: 401 });
      assert.lengthOf((await server.transcript()).messages, 1);
    });
  }

  it("twice with what was refused", async () => {
    const server = await peer([
      ...[...begin(), respond("401 Who", header(base)), ...answered(base)],
      respond("401 No", header({ ...base, nonce: "another" })),
    ]);
    const socket = new KaazingWebSocket(server.url, [], { authenticate: joe });
    await failed(socket, "unauthorized", { status: 401 });
    assert.lengthOf((await server.transcript()).messages, 2);
  });
});
