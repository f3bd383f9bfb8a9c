// The events that are not the browser's own.

import { Native } from "./native.js";

/** @type {WeakSet<Event>} */
const ours = new WeakSet();

/**
 * @param {WebSocket} socket
 * @param {Event} event
 */
export function dispatch(socket, event) {
  ours.add(event);
  Native.prototype.dispatchEvent.call(socket, event);
}

/** @param {Event} event */
export function isOurs(event) {
  return ours.has(event);
}

/**
 * @template {Event} E
 * @param {E} event
 * @returns {E} one that can be dispatched in its place
 */
export function copyOf(event) {
  const Type = /** @type {any} */ (event.constructor);
  // An event has all that the dictionary for making its like has.
  return new Type(event.type, event);
}

/** @param {Error} error */
export function errorEvent(error) {
  return typeof ErrorEvent === "function"
    ? new ErrorEvent("error", { error, message: error.message })
    : Object.assign(new Event("error"), { error, message: error.message });
}

/** What a page sees of any connection that fails (RFC 6455 7.1.5, WebSockets Standard 6). */
export function failedCloseEvent() {
  const init = { wasClean: false, code: 1006, reason: "" };
  return typeof CloseEvent === "function"
    ? new CloseEvent("close", init)
    : Object.assign(new Event("close"), init);
}
