/* global importScripts, handshake, KaazingWebSocket */
importScripts("./handshake.js", "/dist/kaazing-websocket.iife.js");

onmessage = async ({ data }) =>
  postMessage(await handshake(KaazingWebSocket, data));
