// A page may have put its own class in WebSocket's place, to watch the wire.
globalThis.observed = [];
globalThis.WebSocket = class Observed extends WebSocket {
  constructor(url, protocols) {
    super(url, protocols);
    globalThis.observed.push(`new ${protocols}`);
    this.addEventListener(
      "message",
      ({ data }) => globalThis.observed.push(data.byteLength ?? data),
      { capture: true },
    );
  }
  send(data) {
    globalThis.observed.push(
      `send ${typeof data === "string" ? data.split(" ")[0] : "bytes"}`,
    );
    super.send(data);
  }
};
