/**
 * The recorded handshakes of khpcore: what happens to a client, line by line,
 * and the commands with which it answers (internal/transcript).
 */

import { TimerOperation } from "../../../src/binding.js";
import { quote, split } from "./go-quote.js";

/** @typedef {import("../../../src/binding.js").Core} Core */
/** @typedef {import("../../../src/binding.js").Command} Command */
/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** @param {Bytes} [bytes] */
const text = (bytes) => (bytes ? decoder.decode(bytes) : "");

/**
 * @typedef {object} Transcript
 * @property {{[name: string]: Bytes[][]}} settings the arguments of each, of its first and later lines
 * @property {{event: Bytes[], commands: string[]}[]} steps
 */

/** @param {string} source @returns {Transcript} */
export function parse(source) {
  /** @type {Transcript} */
  const transcript = { settings: {}, steps: [] };
  const { settings, steps } = transcript;
  for (const line of source.split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    if (line.startsWith("> "))
      steps.push({ event: split(line.slice(2)), commands: [] });
    else if (line.startsWith("< "))
      steps[steps.length - 1].commands.push(line.slice(2));
    else {
      const [name, ...words] = split(line);
      (settings[text(name)] ??= []).push(words);
    }
  }
  return transcript;
}

/**
 * @param {Transcript} transcript
 * @returns {Uint8Array | null} the random bytes that it was recorded with; null is zeros
 */
export function randomBytes({ settings }) {
  const [cnonce] = settings.cnonce?.[0] ?? [];
  return cnonce
    ? Uint8Array.from(atob(text(cnonce)), (c) => c.charCodeAt(0))
    : null;
}

/**
 * @param {Transcript} transcript
 * @param {Core} core
 * @returns {Transcript["steps"]} with what the core answered
 */
export function replay({ settings, steps }, core) {
  let url = plainURL(text(settings.url[0][0]));
  return steps.map(({ event }) => {
    const commands = apply(core, event, settings, url);
    for (const command of commands)
      if (command.kind === "connect") url = command.url;
    return { event, commands: commands.map(render) };
  });
}

/** @param {string} given @returns {string} as a native socket has it */
function plainURL(given) {
  const url = new URL(given);
  url.username = url.password = "";
  return url.href;
}

/**
 * @param {Core} core
 * @param {Bytes[]} event
 * @param {Transcript["settings"]} settings
 * @param {string} url the current one
 * @returns {Command[]}
 */
function apply(core, [name, ...words], settings, url) {
  const [a, b, c] = words;
  switch (text(name)) {
    case "start":
      return core.start(
        text(settings.url[0][0]),
        (settings.protocols?.[0] ?? []).map(text),
        options(settings),
      );
    case "opened":
      return core.opened(url, text(a), text(b));
    case "opened-at":
      return core.opened(text(a), text(b), text(c));
    case "text":
      return core.message(text(a));
    case "binary":
      return core.message(a.buffer);
    case "end":
      return core.message(new ArrayBuffer(0));
    case "closed":
      return core.closed(Number(text(a)), text(b));
    case "timeout":
      return core.timeout();
    case "credentials":
      return core.credentials({ username: text(a), password: text(b) });
    case "authorization":
      return core.credentials(text(a));
    case "give-up":
      return core.giveUp(text(a));
    case "redirect":
      return core.redirect(text(a) === "yes");
    case "abort":
      return core.abort(text(a));
    case "received-text":
      return core.received(text(a));
    case "received-binary":
      return core.received(a.buffer);
    case "sending-text":
      return core.sending(text(a));
    case "sending-binary":
      return core.sending(a);
  }
  throw new Error(`unknown event ${text(name)}`);
}

/** @param {Transcript["settings"]} settings @returns {any} the options of a start event */
function options(settings) {
  const known =
    "url protocols header extensions body credentials ask redirect dialect timeout fallback cnonce";
  for (const name of Object.keys(settings))
    if (!known.split(" ").includes(name))
      throw new Error(`unknown setting ${name}`);
  /** @param {string} name */
  const first = (name) => settings[name]?.[0];
  const credentials = first("credentials")?.map(text);
  const redirect = text(first("redirect")?.[0]) || "follow";
  const [kind, body] = first("body") ?? [];
  return {
    headers: (settings.header ?? []).map((pair) => pair.map(text)),
    authenticate: credentials
      ? { username: credentials[0], password: credentials[1] }
      : first("ask") && (() => null),
    redirect: redirect === "ask" ? () => true : redirect,
    handshakeTimeout: Number(text(first("timeout")?.[0]) || 0),
    dialect: text(first("dialect")?.[0]) || "standard",
    fallback: first("fallback") ? "native" : "none",
    extensions: offers(text(first("extensions")?.[0])),
    body: !kind ? null : text(kind) === "text" ? text(body) : body,
  };
}

/** Reads what the transcripts offer, which is simple. @param {string} header */
function offers(header) {
  const members = header.split(", ").filter((member) => member !== "");
  return members.map((member) => {
    const [name, ...params] = member.split("; ");
    return {
      name,
      params: params.map((param) => {
        const [key, value = ""] = param.split("=");
        return [key, value.replace(/^"(.*)"$/, "$1")];
      }),
    };
  });
}

/** @param {Command} command @returns {string} a line of a transcript, as internal/transcript renders it */
export function render(command) {
  switch (command.kind) {
    case "send": {
      const kind = typeof command.data === "string" ? "text" : "binary";
      return `send ${kind} ${quote(command.data)}`;
    }
    case "close":
      return `close ${command.code}`;
    case "connect":
      return line("connect", command.url, ...command.protocols);
    case "authenticate":
      return renderChallenge(command.challenge);
    case "confirm-redirect":
      return line("confirm", command.status, command.from, command.to);
    case "timer":
      return line("timer", operationName(command.operation), command.ms);
    case "open":
      return line(
        ...["open", command.protocol, command.extensions],
        ...(command.goesOn ? ["goes-on"] : []),
      );
    case "deliver":
      return "deliver";
    case "outcome":
      return renderOutcome(command);
    case "fail":
      return line(
        "fail",
        command.code,
        command.status,
        command.url,
        command.message,
      );
  }
}

/** @param {import("../../../src/options.js").Challenge} challenge */
function renderChallenge(challenge) {
  const { url, attempt, proxy, all } = challenge;
  /** @param {import("../../../src/options.js").AuthenticationScheme} of */
  const scheme = ({ scheme, params }) =>
    line(
      "[",
      scheme,
      ...Object.entries(params).map(([name, value]) => `${name}=${value}`),
      "]",
    );
  return [
    `authenticate ${url} attempt ${attempt}`,
    ...(proxy ? ["proxy"] : []),
    [challenge, ...all].map(scheme).join(" of "),
  ].join(" ");
}

/** @param {import("../../../src/binding.js").OutcomeCommand} outcome */
function renderOutcome(outcome) {
  const { status, statusText, url, challenges, redirects, headers } = outcome;
  return line(
    ...["outcome", status, bytes(statusText), url, "challenges", challenges],
    ...(redirects.length ? ["redirects", ...redirects] : []),
    ...headers.map(([name, value]) => bytes(`${name}: ${value}`)),
  );
}

/** @param {number} operation */
function operationName(operation) {
  const entry = Object.entries(TimerOperation).find(([, n]) => n === operation);
  return entry?.[0] ?? "unknown";
}

/** @param {string} latin1 a byte a character */
function bytes(latin1) {
  return Uint8Array.from(latin1, (character) => character.charCodeAt(0));
}

/** @param {(string | number | Uint8Array)[]} words */
function line(...words) {
  return words
    .map((word) => {
      const data =
        word instanceof Uint8Array ? word : encoder.encode(`${word}`);
      const plain = data.length > 0 && data.every(isPlain);
      return plain ? String.fromCharCode(...data) : quote(data);
    })
    .join(" ");
}

/** @param {number} byte */
const isPlain = (byte) =>
  byte > 0x20 && byte <= 0x7e && byte !== 0x22 && byte !== 0x5c;
