/**
 * What came of a handshake. Status, status text and headers are those of the
 * last response, as fetch has them.
 *
 * @typedef {object} Outcome
 * @property {number} status
 * @property {string} statusText
 * @property {Headers} headers
 * @property {string} url where it ended
 * @property {readonly string[]} redirects the URLs left before, in order
 * @property {number} challenges how many were put, answered or not
 *
 * @typedef {Readonly<Outcome>} HandshakeOutcome
 */

/**
 * @param {import("./binding.js").OutcomeCommand} command
 * @returns {HandshakeOutcome}
 */
export function toOutcome(command) {
  const { status, statusText, headers, url, redirects, challenges } = command;
  return Object.freeze({
    status,
    statusText,
    headers: new Headers(headers),
    url,
    redirects: Object.freeze(redirects),
    challenges,
  });
}
