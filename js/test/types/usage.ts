// What a user's program in TypeScript may say. It is checked, and never run.

import KWS, {
  KaazingHandshakeError,
  KaazingWebSocket,
  type AcceptExtension,
  type Challenge,
  type Credentials,
  type ExtensionOffer,
  type ExtensionTransforms,
  type Handshake,
  type HandshakeErrorCode,
  type KaazingWebSocketOptions,
  type MessageTransform,
} from "../../src/index.js";
import { initialize } from "../../src/slim.js";

const credentials: Credentials = { username: "joe", password: "welcome" };

const onSend: MessageTransform = async (data) =>
  typeof data === "string" ? new TextEncoder().encode(data) : data;
const accept: AcceptExtension = ({ level }): ExtensionTransforms | undefined =>
  level === true ? { onSend, onMessage: () => undefined } : undefined;
const extension: ExtensionOffer = {
  name: "x-own",
  params: { level: true, size: 9, kind: "a b" },
  accept,
};

const options: KaazingWebSocketOptions = {
  authenticate: async ({ attempt, proxy, all }: Challenge) =>
    attempt > 1 || proxy ? null : (all[0]?.params["token"] ?? credentials),
  headers: new Headers({ "X-A": "1" }),
  redirect: (from, to, status) => status === 302 && from !== to,
  handshakeTimeout: 0,
  fallback: "native",
  dialect: "gateway",
  body: new Uint8Array(8),
  extensions: ["x-kaazing-ping-pong", extension, { name: "x", accept() {} }],
  signal: AbortSignal.timeout(1000),
};

// It can stand wherever a native one does.
const socket: WebSocket = new KaazingWebSocket(
  new URL("ws://host"),
  ["a"],
  options,
);
const Preset: typeof WebSocket = KWS.with({ authenticate: credentials });
new Preset("ws://host", "a").onmessage = ({ data }) => socket.send(data);

const own = new KWS("ws://host");
own.addEventListener("close", ({ code, reason }) => own.close(code, reason));
const handshake: Handshake | null = own.handshake;
handshake?.headers.get("x")?.concat(...handshake.redirects);

own.onerror = (event) => {
  const { error } = event as ErrorEvent;
  if (error instanceof KaazingHandshakeError) {
    const code: HandshakeErrorCode = error.code;
    console.log(code, error.status, error.url, error.cause);
  }
};

initialize(fetch("khp.wasm")).then(() => initialize(new Uint8Array(8)));

// @ts-expect-error not a list
new KaazingWebSocket("ws://host", [], { extensions: extension });
// @ts-expect-error nor is a string
new KaazingWebSocket("ws://host", [], { extensions: "x-own" });
// @ts-expect-error a transform makes no numbers
extension.accept = () => ({ onSend: () => 5 });
// @ts-expect-error nor is it waited for
extension.accept = async () => ({});
// @ts-expect-error a Blob could only be read later
new KaazingWebSocket("ws://host", [], { body: new Blob() });
// @ts-expect-error a policy that there is not
new KaazingWebSocket("ws://host", [], { redirect: "never" });
// @ts-expect-error a password is missing
new KaazingWebSocket("ws://host", [], { authenticate: { username: "joe" } });
// @ts-expect-error
own.handshake = null;
// @ts-expect-error
own.readyState = 1;
