import { checkExtensions } from "./extensions.js";
import { kind, option } from "./misuse.js";
import { isByteString, judgeField } from "./request-field.js";
import { copyBytes, isBufferSource } from "./send-data.js";

/**
 * For Basic and Digest.
 *
 * @typedef {object} Credentials
 * @property {string} username
 * @property {string} password
 */

/**
 * @typedef {object} AuthenticationScheme
 * @property {string} scheme as the server writes it
 * @property {string} realm empty if there is none
 * @property {Readonly<Record<string, string>>} params all parameters
 */

/**
 * What the server asks credentials for: the strongest scheme that can be
 * answered, and all of them.
 *
 * @typedef {object} ChallengeContext
 * @property {string} url where the credentials will go
 * @property {number} attempt counts the challenges on one connection, from 1
 * @property {boolean} proxy whether a proxy asks
 * @property {readonly AuthenticationScheme[]} all
 *
 * @typedef {Readonly<AuthenticationScheme & ChallengeContext>} Challenge
 */

/**
 * Answers a challenge: with a username and password, with the whole value of
 * the Authorization header, or with null, which gives up.
 *
 * @callback Authenticate
 * @param {Challenge} challenge
 * @returns {Credentials | string | null | PromiseLike<Credentials | string | null>}
 */

/**
 * Whether to follow a redirect.
 *
 * @callback ConfirmRedirect
 * @param {string} from
 * @param {string} to
 * @param {number} status
 * @returns {boolean}
 */

/**
 * @typedef {import("./extensions.js").ExtensionOffer} ExtensionOffer
 */

/**
 * All are optional, and null stands for none.
 *
 * @typedef {object} KaazingWebSocketOptions
 * @property {Credentials | Authenticate | null} [authenticate] Who answers a
 *   challenge. Userinfo in the URL does where this says nothing.
 * @property {HeadersInit | null} [headers] More headers for the extended
 *   request. They stay at the URL's origin.
 * @property {"follow" | "same-origin" | "error" | ConfirmRedirect} [redirect]
 *   Which redirects to follow; "follow" is the default.
 * @property {readonly (string | ExtensionOffer)[] | null} [extensions] The
 *   application-class extensions to offer, in order of preference: an offer as
 *   it stands in the header, or an extension of one's own.
 * @property {number} [handshakeTimeout] Milliseconds from construction to open,
 *   without the time in which authenticate is pending; 20000 is the default, 0
 *   is no limit.
 * @property {"standard" | "no-marker" | "gateway"} [dialect] What the server
 *   speaks: the newest revision of the protocol, "standard", which is the
 *   default; one whose responses have no end marker; or what deployed Kaazing
 *   gateways do.
 * @property {"none" | "native"} [fallback] Whether to connect again without the
 *   extended handshake where the server does not take it; "none" is the default.
 * @property {AbortSignal | null} [signal] Aborts the handshake. It has no effect
 *   once the socket is open.
 * @property {string | BufferSource | null} [body] The body of the extended
 *   request, which then expects a 100 and follows that as one message. It stays
 *   at the URL's origin.
 */

/**
 * Options as they are after checking.
 *
 * @typedef {Readonly<{
 *   authenticate: Readonly<Credentials> | Authenticate | null,
 *   headers: [name: string, value: string][],
 *   redirect: "follow" | "same-origin" | "error" | ConfirmRedirect,
 *   extensions: readonly import("./extensions.js").CheckedOffer[],
 *   handshakeTimeout: number,
 *   dialect: "standard" | "no-marker" | "gateway",
 *   fallback: "none" | "native",
 *   signal: AbortSignal | null,
 *   body: string | Uint8Array<ArrayBuffer> | null,
 * }>} CheckedOptions
 */

/** @type {CheckedOptions} */
export const defaults = Object.freeze({
  authenticate: null,
  headers: [],
  redirect: "follow",
  extensions: [],
  handshakeTimeout: 20_000,
  dialect: "standard",
  fallback: "none",
  signal: null,
  body: null,
});

/** Each takes what the caller gave and returns it checked, or throws. */
const checks = {
  authenticate: checkAuthenticate,
  headers: checkHeaders,
  redirect: checkRedirect,
  extensions: checkExtensions,
  handshakeTimeout: checkTimeout,
  dialect: checkDialect,
  fallback: checkFallback,
  signal: checkSignal,
  body: checkBody,
};

/**
 * @param {unknown} options what the caller gave
 * @param {CheckedOptions} [base] takes the place of what is undefined
 * @returns {CheckedOptions}
 */
export function checkOptions(options, base = defaults) {
  if (options === undefined || options === null) return base;
  if (typeof options !== "object" && typeof options !== "function")
    throw new TypeError(
      `KaazingWebSocket options: got ${kind(options)}, want an object`,
    );
  const given = /** @type {Record<string, unknown>} */ (options);
  const entries = Object.entries(checks).map(([name, check]) => {
    const value = given[name];
    return [
      name,
      value === undefined
        ? base[/** @type {keyof CheckedOptions} */ (name)]
        : check(value),
    ];
  });
  return Object.freeze(Object.fromEntries(entries));
}

/** @param {unknown} value */
function checkAuthenticate(value) {
  if (value === null || typeof value === "function") return value;
  return checkCredentials(
    option("authenticate"),
    value,
    "{username, password} or a function",
  );
}

/**
 * @param {string} what has this value; it is not shown, since it may be a secret
 * @param {unknown} value
 * @param {string} want what may be there
 * @returns {Readonly<Credentials>} a copy
 */
export function checkCredentials(what, value, want) {
  if (typeof value !== "object" || value === null)
    throw new TypeError(`${what}: got ${kind(value)}, want ${want}`);
  const { username, password } = /** @type {Credentials} */ (value);
  if (typeof username !== "string" || typeof password !== "string")
    throw new TypeError(
      `${what}: got a username that is ${kind(username)} and a password that is ${kind(password)}, want two strings`,
    );
  return Object.freeze({ username, password });
}

/** @param {unknown} value */
function checkHeaders(value) {
  if (value === null) return [];
  if (typeof value !== "object")
    throw new TypeError(
      `${option("headers")}: got ${kind(value)}, want an object, pairs or Headers`,
    );
  const pairs =
    Symbol.iterator in value
      ? Array.from(/** @type {Iterable<unknown>} */ (value), toPair)
      : Object.entries(value);
  return pairs.map(([name, value]) => checkHeader(`${name}`, `${value}`));
}

/** @param {unknown} value */
function toPair(value) {
  const pair =
    typeof value === "object" && value !== null && Symbol.iterator in value
      ? [.../** @type {Iterable<unknown>} */ (value)]
      : [];
  if (pair.length !== 2)
    throw new TypeError(
      `${option("headers")}: got a member that is not a pair, want [name, value]`,
    );
  return pair;
}

/**
 * @param {string} name
 * @param {string} value is not shown, since it may be a secret
 * @returns {[name: string, value: string]}
 */
function checkHeader(name, value) {
  const verdict = isByteString(value) ? judgeField(name, value) : "malformed";
  if (verdict === "free") return [name, value];
  const want = {
    malformed:
      "want a token as its name, and in its value no control characters and none above U+00FF (RFC 9110 5.1, 5.5)",
    reserved: "which the handshake writes itself",
    refused: "which servers refuse from a page",
  };
  throw new DOMException(
    `${option("headers")}: got ${JSON.stringify(name.slice(0, 32))}, ${want[verdict]}`,
    "SyntaxError",
  );
}

/** @param {unknown} value */
function checkRedirect(value) {
  return typeof value === "function"
    ? value
    : oneOf(
        "redirect",
        value,
        ["follow", "same-origin", "error"],
        "a function",
      );
}

/** @param {unknown} value */
function checkTimeout(value) {
  if (typeof value === "number" && value >= 0 && value < Infinity) return value;
  const got = typeof value === "number" ? value : kind(value);
  throw new TypeError(
    `${option("handshakeTimeout")}: got ${got}, want milliseconds, or 0 for no limit`,
  );
}

/** @param {unknown} value */
function checkDialect(value) {
  return oneOf("dialect", value, ["standard", "no-marker", "gateway"]);
}

/** @param {unknown} value */
function checkFallback(value) {
  return oneOf("fallback", value, ["none", "native"]);
}

/** @param {unknown} value */
function checkSignal(value) {
  // Not instanceof: a signal may come from another frame.
  if (
    value === null ||
    Object.prototype.toString.call(value) === "[object AbortSignal]"
  )
    return value;
  throw new TypeError(
    `${option("signal")}: got ${kind(value)}, want an AbortSignal`,
  );
}

/** @param {unknown} value */
function checkBody(value) {
  if (value === null || typeof value === "string") return value;
  if (isBufferSource(value)) return copyBytes(value);
  throw new TypeError(
    `${option("body")}: got ${kind(value)}, want a string, an ArrayBuffer or a view of one`,
  );
}

/**
 * @param {string} name
 * @param {unknown} value
 * @param {string[]} accepted
 * @param {string} [orElse] what is accepted besides
 */
function oneOf(name, value, accepted, orElse) {
  if (accepted.includes(/** @type {string} */ (value))) return value;
  const got = typeof value === "string" ? JSON.stringify(value) : kind(value);
  const want = accepted.map((a) => `"${a}"`);
  if (orElse) want.push(orElse);
  const last = want.pop();
  throw new TypeError(
    `${option(name)}: got ${got}, want ${want.join(", ")} or ${last}`,
  );
}
