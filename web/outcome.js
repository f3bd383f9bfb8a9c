import { create } from "./dom.js";
import { maskUrls, maskValue } from "./secrets.js";

/**
 * What a KaazingWebSocket knows of its handshake.
 * @typedef {object} Handshake
 * @property {number} status
 * @property {string} statusText
 * @property {Headers} headers
 * @property {string} url
 * @property {string[]} redirects
 * @property {number} challenges
 */

/** @typedef {Error & {code?: string, status?: number, url?: string}} HandshakeError */

/**
 * Shows what a page can read when a handshake is over, by the names that it has for a script.
 * @param {HTMLElement} place
 * @param {WebSocket & {handshake: Handshake | null}} ws
 * @param {HandshakeError} [error] why it failed, if it did
 */
export function showOutcome(place, ws, error) {
  place.replaceChildren();
  if (error) {
    const { name, code = "", status = 0, message, url = "" } = error;
    group(place, name, {
      code,
      status,
      message: maskUrls(message),
      url: maskUrls(url),
    });
  } else {
    const { protocol, extensions } = ws;
    group(place, "KaazingWebSocket", {
      url: maskUrls(ws.url),
      protocol,
      extensions,
    });
  }
  group(place, "handshake", ws.handshake && readable(ws.handshake));
}

/** @param {Handshake} handshake */
function readable({ status, statusText, headers, url, redirects, challenges }) {
  return {
    status,
    statusText,
    headers: Array.from(
      headers,
      ([name, value]) => `${name}: ${maskValue(name, value)}`,
    ).join("\n"),
    url: maskUrls(url),
    redirects: redirects.map(maskUrls).join("\n"),
    challenges,
  };
}

/**
 * @param {HTMLElement} place
 * @param {string} title
 * @param {Record<string, string | number> | null} facts
 */
function group(place, title, facts) {
  place.append(create("h3", "", title));
  const list = create("dl", "facts");
  for (const [term, value] of Object.entries(
    facts ?? { null: "There was no extended response." },
  )) {
    list.append(
      create("dt", "", term),
      create("dd", "", String(value) || "none"),
    );
  }
  place.append(list);
}
