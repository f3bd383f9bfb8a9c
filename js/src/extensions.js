// The application-class extensions that the page offers (khp.md, Introduction), and what it makes of those agreed to.

import { kind, option } from "./misuse.js";
import { isByteString, isToken, isValue } from "./request-field.js";
import { checkedTransform, isThenable } from "./transform.js";

/**
 * @typedef {import("./binding.js").Extension} Extension
 * @typedef {import("./transform.js").CheckedTransform} CheckedTransform
 * @typedef {import("./transform.js").MessageTransform} MessageTransform
 */

/**
 * What an extension does with the messages of one socket. What onMessage
 * returns is what the page gets, and what onSend returns is what goes out;
 * undefined is no message.
 *
 * @typedef {object} ExtensionTransforms
 * @property {MessageTransform | null} [onMessage]
 * @property {MessageTransform | null} [onSend]
 */

/**
 * Takes what the server has agreed to, for one socket that is about to open.
 * An exception fails that.
 *
 * @callback AcceptExtension
 * @param {Readonly<Record<string, string | true>>} params the agreed
 *   parameters; true is one without a value
 * @returns {ExtensionTransforms | null | undefined | void}
 */

/**
 * An extension of the page's own.
 *
 * @typedef {object} ExtensionOffer
 * @property {string} name
 * @property {Readonly<Record<string, string | number | true>> | null} [params]
 *   true is a parameter without a value
 * @property {AcceptExtension | null} [accept] Without it, messages are let be.
 */

/**
 * @typedef {Readonly<Extension & { accept: AcceptExtension | null }>} CheckedOffer
 */

/**
 * @param {unknown} value of the option
 * @returns {readonly CheckedOffer[]} a copy
 */
export function checkExtensions(value) {
  if (value === null) return [];
  if (typeof value !== "object" || !(Symbol.iterator in value))
    throw new TypeError(
      `${option("extensions")}: got ${kind(value)}, want an array of strings and {name, params, accept}`,
    );
  const offers = Array.from(
    /** @type {Iterable<unknown>} */ (value),
    checkOffer,
  );
  const names = offers.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined)
    throw syntaxError(`got ${quote(twice)} twice, want each name once`);
  return Object.freeze(offers);
}

/**
 * @param {unknown} member
 * @returns {CheckedOffer}
 */
function checkOffer(member) {
  const offer =
    typeof member === "string"
      ? { ...parseOffer(member), accept: null }
      : readOffer(member);
  if (!isToken(offer.name))
    throw syntaxError(
      `got the name ${quote(offer.name)}, want a token (RFC 6455 9.1)`,
    );
  // The names of extensions of frames (RFC 7692 5, and what came before it).
  if (/^per(message|frame)-/i.test(offer.name))
    throw syntaxError(
      `got ${quote(offer.name)}, which the browser negotiates by itself, want an application-class extension`,
    );
  for (const [name, value] of offer.params)
    if (!isToken(name) || !isValue(value) || !isByteString(value))
      throw syntaxError(
        `got the parameter ${quote(name)} of ${offer.name}, want a token as its name, and in its value no control characters and none above U+00FF`,
      );
  return Object.freeze(offer);
}

/** @param {unknown} member */
function readOffer(member) {
  if (typeof member !== "object" || member === null)
    throw new TypeError(
      `${option("extensions")}: got a member that is ${kind(member)}, want a string or {name, params, accept}`,
    );
  const { name, params, accept } = /** @type {ExtensionOffer} */ (member);
  if (typeof name !== "string")
    throw new TypeError(
      `${option("extensions")}: got a name that is ${kind(name)}, want a string`,
    );
  if (accept != null && typeof accept !== "function")
    throw new TypeError(
      `${option("extensions")}: got an accept of ${quote(name)} that is ${kind(accept)}, want a function`,
    );
  return {
    name,
    params: readParams(name, params ?? {}),
    accept: accept?.bind(member) ?? null,
  };
}

/**
 * @param {string} name
 * @param {unknown} params
 * @returns {[name: string, value: string][]}
 */
function readParams(name, params) {
  if (typeof params !== "object" || params === null)
    throw new TypeError(
      `${option("extensions")}: got params of ${quote(name)} that are ${kind(params)}, want an object`,
    );
  return Object.entries(params).map(([param, value]) => {
    if (value === true) return [param, ""];
    if (typeof value === "string" || typeof value === "number")
      return [param, `${value}`];
    throw new TypeError(
      `${option("extensions")}: got a parameter ${quote(param)} of ${quote(name)} that is ${kind(value)}, want a string, a number or true`,
    );
  });
}

/**
 * Reads an offer as it stands in Sec-WebSocket-Extensions (RFC 6455 9.1). What
 * is to be a token is not checked.
 *
 * @param {string} text
 * @returns {{ name: string, params: [name: string, value: string][] }}
 */
function parseOffer(text) {
  const word = String.raw`[^\s;,="]+`;
  const begin = new RegExp(String.raw`[ \t]*(${word})[ \t]*`, "y");
  const param = new RegExp(
    String.raw`;[ \t]*(${word})[ \t]*(?:=[ \t]*(?:(${word})|"((?:[^"\\]|\\.)*)")[ \t]*)?`,
    "sy",
  );
  const name = begin.exec(text)?.[1];
  /** @type {[name: string, value: string][]} */
  const params = [];
  let end = (param.lastIndex = begin.lastIndex);
  for (let match; (match = param.exec(text)); end = param.lastIndex) {
    const [, key, plain, quoted = ""] = match;
    if (plain !== undefined && !isToken(plain)) break;
    params.push([key, plain ?? quoted.replace(/\\(.)/gs, "$1")]);
  }
  if (name === undefined || end < text.length)
    throw syntaxError(
      `got the offer ${quote(text)}, want name; parameter; parameter=value; … (RFC 6455 9.1)`,
    );
  return { name, params };
}

/**
 * Lets the page accept what the server has agreed to.
 *
 * @param {readonly CheckedOffer[]} offers
 * @param {Extension[]} agreed in their order
 * @returns {{ onMessage: CheckedTransform[], onSend: CheckedTransform[] }} each
 *   in the order in which they are to be applied
 * @throws {Error} with what went wrong as its cause
 */
export function acceptExtensions(offers, agreed) {
  const accepted = agreed.map((extension) => {
    const accept = offers.find(({ name }) => name === extension.name)?.accept;
    try {
      return accept ? accepts(accept, extension) : {};
    } catch (cause) {
      throw new Error(`accept of the extension ${extension.name} failed`, {
        cause,
      });
    }
  });
  return {
    onMessage: accepted.flatMap(({ onMessage }) => onMessage ?? []).reverse(),
    onSend: accepted.flatMap(({ onSend }) => onSend ?? []),
  };
}

/**
 * @param {AcceptExtension} accept
 * @param {Extension} extension
 * @returns {{ onMessage?: CheckedTransform | undefined, onSend?: CheckedTransform | undefined }}
 */
function accepts(accept, { name, params }) {
  const object = Object.fromEntries(
    params.map(([key, value]) => [key, value || /** @type {const} */ (true)]),
  );
  if (Object.keys(object).length < params.length)
    throw new TypeError("the server agreed to a parameter twice");
  const transforms = accept(Object.freeze(object));
  if (transforms === undefined || transforms === null) return {};
  if (typeof transforms !== "object" || isThenable(transforms))
    throw new TypeError(
      `got ${isThenable(transforms) ? "a promise" : kind(transforms)}, want {onMessage, onSend}, null or undefined`,
    );
  const { onMessage, onSend } = transforms;
  return {
    onMessage: hook(name, "onMessage", transforms, onMessage),
    onSend: hook(name, "onSend", transforms, onSend),
  };
}

/**
 * @param {string} extension
 * @param {string} name
 * @param {ExtensionTransforms} transforms
 * @param {unknown} transform
 */
function hook(extension, name, transforms, transform) {
  if (transform === undefined || transform === null) return undefined;
  if (typeof transform !== "function")
    throw new TypeError(
      `got an ${name} that is ${kind(transform)}, want a function`,
    );
  return checkedTransform(
    `${name} of the extension ${extension}`,
    transform.bind(transforms),
  );
}

/** @param {string} why */
function syntaxError(why) {
  return new DOMException(`${option("extensions")}: ${why}`, "SyntaxError");
}

/** @param {string} text */
function quote(text) {
  return JSON.stringify(text.slice(0, 64));
}
