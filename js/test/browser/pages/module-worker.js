import "./handshake.js";
import { KaazingWebSocket } from "../../../../dist/kaazing-websocket.mjs";

onmessage = async ({ data }) =>
  postMessage(await globalThis.handshake(KaazingWebSocket, data));
