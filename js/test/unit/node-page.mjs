// Connects to the URL given and prints what happens, as JSON.

import { readFileSync } from "node:fs";
import { KaazingWebSocket } from "../../src/kaazing-websocket.js";
import { provideModule } from "../../src/module.js";

provideModule({
  compile: async () =>
    WebAssembly.compile(
      readFileSync(new URL("../../../wasm/khp.wasm", import.meta.url)),
    ),
});

const seen = [];
const finish = () => {
  console.log(JSON.stringify(seen));
  process.exit(); // a native socket may still wait for the peer's close frame
};

try {
  const socket = new KaazingWebSocket(process.argv[2]);
  seen.push(socket.readyState === socket.CONNECTING ? "connecting" : "not");
  socket.onopen = () => {
    seen.push(`open ${socket.url}`);
    socket.send("hello");
  };
  socket.onmessage = ({ data }) => {
    seen.push(`message ${data}`);
    if (data === "hello") socket.close(3000, "bye");
  };
  socket.onerror = ({ error }) =>
    seen.push(`error ${error.code} ${error.status}`);
  socket.onclose = ({ code, reason }) => {
    seen.push(`close ${code} ${reason}`);
    finish();
  };
} catch (error) {
  seen.push(`${error.name}: ${error.message}`);
  finish();
}
