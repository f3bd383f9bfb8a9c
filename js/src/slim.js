// The ES module without khp.wasm, for who wants to cache, stream or share it.

import { compileFrom } from "./module-slim.js";
import { loadModule, provideModule } from "./module.js";

export { KaazingHandshakeError } from "./error.js";
export {
  KaazingWebSocket,
  KaazingWebSocket as default,
} from "./kaazing-websocket.js";

/**
 * @typedef {import("./error.js").HandshakeErrorCode} HandshakeErrorCode
 * @typedef {import("./extensions.js").AcceptExtension} AcceptExtension
 * @typedef {import("./extensions.js").ExtensionOffer} ExtensionOffer
 * @typedef {import("./extensions.js").ExtensionTransforms} ExtensionTransforms
 * @typedef {import("./options.js").Challenge} Challenge
 * @typedef {import("./options.js").Credentials} Credentials
 * @typedef {import("./options.js").KaazingWebSocketOptions} KaazingWebSocketOptions
 * @typedef {import("./outcome.js").HandshakeOutcome} Handshake
 * @typedef {import("./transform.js").MessageTransform} MessageTransform
 */

// Bundlers look for this very form.
provideModule({
  compile: () => compileFrom(new URL("./khp.wasm", import.meta.url)),
});

/**
 * Says where khp.wasm is, and begins to compile it. Without this, the first
 * connection fetches it from beside this script.
 *
 * @param {import("./module-slim.js").ModuleSource | PromiseLike<import("./module-slim.js").ModuleSource>} source
 * @returns {Promise<void>} There is no need to wait for it: connections do. One
 *   that cannot be made since it rejects fails with the code "internal".
 */
export function initialize(source) {
  provideModule({ compile: () => compileFrom(source) });
  const ready = loadModule().then(() => {});
  ready.catch(() => {}); // each connection reports it
  return ready;
}
