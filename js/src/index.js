// The ES module with khp.wasm inside.

import { inlined } from "./module-inline.js";
import { provideModule } from "./module.js";

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

provideModule(inlined);
