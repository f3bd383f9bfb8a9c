import { createHash } from "node:crypto";

/**
 * What a server knows that has put a challenge of the scheme Digest.
 *
 * @typedef {object} Expected
 * @property {string} username
 * @property {string} password
 * @property {string} realm
 * @property {string} nonce
 * @property {string} nc how often the nonce has been used
 * @property {string} [algorithm]
 * @property {boolean} [qop]
 * @property {string} [opaque]
 * @property {boolean} [userhash]
 */

/** @type {Record<string, string>} */
const hashes = { MD5: "md5", "SHA-256": "sha256", "SHA-512-256": "sha512-256" };

/**
 * Verifies the Authorization of an extended request after RFC 7616 3.4, by
 * Node's own hashes.
 *
 * @param {string} request
 * @param {Expected} expected
 */
export function verifyDigest(request, expected) {
  const header = /^Authorization: Digest (.*)\r$/m.exec(request)?.[1];
  if (!header) throw new Error(`no Digest in ${JSON.stringify(request)}`);
  const given = parameters(header);
  const { response, cnonce, ...rest } = given;
  const wanted = requestParameters(request, expected);
  for (const name of new Set([...Object.keys(rest), ...Object.keys(wanted)]))
    equal(name, rest[name], wanted[name]);
  if (expected.qop !== false && !(cnonce?.length >= 16))
    throw new Error(`digest: the cnonce is ${cnonce}`);
  equal("response", response, digestResponse(wanted.uri, given, expected));
}

/** @param {string} request @param {Expected} expected @returns {Record<string, string>} all but cnonce and response */
function requestParameters(request, expected) {
  const { username, realm, nonce, nc, algorithm, opaque } = expected;
  const uri = /^GET (\S+)/.exec(request)?.[1] ?? "";
  const ascii = /^[\x20-\x7e]*$/.test(username);
  const escaped = encodeURIComponent(username);
  return {
    ...{ realm, nonce, uri },
    ...(expected.userhash
      ? {
          username: hash(expected, `${username}:${realm}`),
          userhash: "true",
        }
      : ascii
        ? { username }
        : { "username*": `UTF-8''${escaped}` }),
    ...(algorithm && { algorithm }),
    ...(opaque !== undefined && { opaque }),
    ...(expected.qop !== false && { qop: "auth", nc }),
  };
}

/** @param {string} uri @param {Record<string, string>} given @param {Expected} expected */
function digestResponse(uri, { cnonce }, expected) {
  const { username, password, realm, nonce, nc, algorithm = "MD5" } = expected;
  const h = (/** @type {string[]} */ ...data) => hash(expected, data.join(":"));
  let a1 = h(username, realm, password);
  if (algorithm.endsWith("-sess")) a1 = h(a1, nonce, cnonce);
  const a2 = h("GET", uri);
  return expected.qop === false
    ? h(a1, nonce, a2)
    : h(a1, nonce, nc, cnonce, "auth", a2);
}

/** @param {Expected} expected @param {string} data */
function hash({ algorithm = "MD5" }, data) {
  const name = hashes[algorithm.replace(/-sess$/, "")];
  return createHash(name).update(data).digest("hex");
}

/** @param {string} header @returns {Record<string, string>} */
function parameters(header) {
  const pattern = /([\w*]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))(?:, |$)/gy;
  return Object.fromEntries(
    [...header.matchAll(pattern)].map(([, name, quoted, token]) => [
      name,
      token ?? quoted.replace(/\\(.)/g, "$1"),
    ]),
  );
}

/** @param {string} name @param {string | undefined} got @param {string | undefined} want */
function equal(name, got, want) {
  if (got !== want) throw new Error(`digest: ${name} is ${got}, want ${want}`);
}
