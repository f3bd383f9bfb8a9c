// The script without modules: the class is the one global that it makes.

import { KaazingWebSocket } from "./index.js";

// As interfaces of the platform are.
Object.defineProperty(globalThis, "KaazingWebSocket", {
  value: KaazingWebSocket,
  writable: true,
  configurable: true,
});
