// What the constructor is given: converted as Web IDL has it, once, and with the userinfo cut off.

/** The subprotocol that stands for the extended handshake (khp.md, Handshake Requirements for the Opening WebSocket Handshake). */
const SUBPROTOCOL = "x-kaazing-handshake";

/** What asks a server for the dialect of deployed gateways: one more parameter of the opening request's query. */
const GATEWAY_PARAMETER = ".kl=Y";

/**
 * @typedef {object} Request
 * @property {string} url without userinfo
 * @property {string[]} protocols the application's
 * @property {string} username percent-encoded, from the URL
 * @property {string} password percent-encoded, from the URL
 */

/**
 * @param {unknown} url
 * @param {unknown} protocols
 * @returns {Request}
 */
export function toRequest(url, protocols) {
  const text = `${url}`;
  const strings = toStrings(protocols); // all is converted before any of it is judged
  return { ...cutUserinfo(text), protocols: strings };
}

/**
 * @param {Request} request
 * @param {boolean} gateway whether it asks for the dialect of deployed gateways
 * @returns {[url: string, protocols: string[]]} the arguments for the first native socket
 */
export function toNative({ url, protocols }, gateway) {
  return [
    gateway ? withGatewayParameter(url) : url,
    [SUBPROTOCOL, ...protocols],
  ];
}

/** @param {string} text */
function withGatewayParameter(text) {
  const url = parse(text);
  if (!url) return text;
  const [before, ...fragment] = url.href.split("#");
  const bare = cutGatewayParameter(before);
  return [
    `${bare}${bare.includes("?") ? "&" : "?"}${GATEWAY_PARAMETER}`,
    ...fragment, // for the native constructor to judge
  ].join("#");
}

/** @param {string} url without fragment */
export function cutGatewayParameter(url) {
  const [before, ...query] = url.split("?");
  const parameters = query.join("?").split("&");
  const others = parameters.filter((p) => p !== GATEWAY_PARAMETER);
  if (others.length === parameters.length) return url;
  return others.length ? `${before}?${others.join("&")}` : before;
}

/**
 * @param {string} absolute the request's URL as the native socket has it
 * @param {Request} request
 * @returns {string} with userinfo
 */
export function withUserinfo(absolute, { username, password }) {
  if (!username && !password) return absolute;
  const url = new URL(absolute);
  url.username = username;
  url.password = password;
  return url.href;
}

/** @param {string} text */
function cutUserinfo(text) {
  const url = parse(text);
  if (!url) {
    // The native constructor would show it, and where a password ends in it is anyone's guess.
    if (text.includes("@"))
      throw new DOMException(
        "Failed to construct 'WebSocket': The URL is invalid. It is not shown, since there may be a password in it.",
        "SyntaxError",
      );
    return { url: text, username: "", password: "" };
  }
  const { username, password } = url;
  if (!username && !password) return { url: text, username, password };
  url.username = "";
  url.password = "";
  return { url: url.href, username, password };
}

/** @param {string} text */
function parse(text) {
  try {
    return new URL(
      text,
      globalThis.document?.baseURI ?? globalThis.location?.href,
    );
  } catch {
    return null;
  }
}

/**
 * The union (DOMString or sequence<DOMString>) of Web IDL.
 *
 * @param {any} value
 * @returns {string[]}
 */
function toStrings(value) {
  const isObject =
    (typeof value === "object" && value !== null) ||
    typeof value === "function";
  if (!isObject || value[Symbol.iterator] == null) return [`${value}`];
  return Array.from(value, (member) => `${member}`);
}

/** Takes a request's place when that is no longer needed. */
export const noRequest = Object.freeze({
  url: "",
  protocols: [],
  username: "",
  password: "",
});
