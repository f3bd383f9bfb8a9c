// The handshake inspector: connects what a person does on the page with a KaazingWebSocket.

import { byId } from "./dom.js";
import { HandshakeLog } from "./handshake-log.js";
import { Login } from "./login.js";
import { Messages } from "./messages.js";
import { showOutcome } from "./outcome.js";
import { maskUrls } from "./secrets.js";
import { Timeline } from "./timeline.js";

/** @typedef {import("./login.js").Challenge} Challenge */
/** @typedef {WebSocket & {handshake: import("./outcome.js").Handshake | null}} Socket */
/** @typedef {{log: HandshakeLog, ws?: Socket, opened: boolean, over: boolean}} Attempt */

const KaazingWebSocket = /** @type {any} */ (globalThis).KaazingWebSocket;

const form = byId("connect", HTMLFormElement);
const url = byId("url", HTMLInputElement);
const protocols = byId("protocols", HTMLInputElement);
const redirect = byId("redirect", HTMLSelectElement);
const timeout = byId("timeout", HTMLInputElement);
const connectButton = byId("connect-button", HTMLButtonElement);
const closeButton = byId("close-button", HTMLButtonElement);
const status = byId("status", HTMLElement);
const outcome = byId("outcome", HTMLElement);
const presets = /** @type {HTMLInputElement[]} */ ([
  ...form.querySelectorAll("input[name=preset]"),
]);

const timeline = new Timeline(byId("timeline", HTMLElement));
const messages = new Messages();
const login = new Login();

/**
 * The last attempt to connect. An earlier one has no say on the page any more.
 * @type {Attempt | undefined}
 */
let current;

function start() {
  if (!KaazingWebSocket) {
    byId("missing", HTMLElement).hidden = false;
    byId("connect-fields", HTMLFieldSetElement).disabled = true;
    return;
  }
  addEventListener("wire", (event) =>
    current?.log.take(/** @type {CustomEvent} */ (event).detail),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    connect();
  });
  closeButton.addEventListener("click", () => {
    show("busy", "Closing…");
    current?.ws?.close(1000);
  });
  for (const preset of presets)
    preset.addEventListener(
      "change",
      () => (url.value = demoURL(preset.value)),
    );
  url.addEventListener("input", checkPreset);
  if (!url.value) url.value = demoURL("/echo");
  checkPreset();
}

function connect() {
  leave();
  const began = performance.now();
  timeline.begin(began);
  messages.begin(began);
  outcome.replaceChildren();

  /** @type {Attempt} */
  const attempt = {
    log: new HandshakeLog(timeline),
    opened: false,
    over: false,
  };
  current = attempt;
  show("busy", "Connecting…");
  try {
    attempt.ws = open(attempt);
  } catch (error) {
    attempt.over = true;
    const why = error instanceof Error ? error.message : error;
    show("bad", `Not connected: ${why}`);
    return;
  }
  closeButton.disabled = false;
}

/** Closes what is left of an earlier attempt, and listens to it no more. */
function leave() {
  const ws = current?.ws;
  current = undefined;
  closeButton.disabled = true;
  if (ws && ws.readyState < ws.CLOSING) ws.close(1000);
}

/**
 * @param {Attempt} attempt
 * @returns {Socket}
 */
function open(attempt) {
  const ws = new KaazingWebSocket(
    url.value.trim(),
    protocols.value.split(/[\s,]+/).filter(Boolean),
    {
      redirect: redirect.value,
      handshakeTimeout: timeout.valueAsNumber,
      authenticate: (/** @type {Challenge} */ challenge) =>
        authenticate(attempt, challenge),
    },
  );
  ws.binaryType = "arraybuffer";

  /**
   * @param {string} type
   * @param {(event: any) => void} handle
   */
  const on = (type, handle) =>
    ws.addEventListener(type, (/** @type {Event} */ event) => {
      if (attempt === current) handle(event);
    });
  on("open", () => opened(attempt, ws));
  on("message", ({ data }) => messages.received(data));
  on("error", ({ error }) => {
    if (!attempt.opened) failed(attempt, ws, error);
  });
  on("close", (event) => closed(attempt, event));
  return ws;
}

/**
 * @param {Attempt} attempt
 * @param {Challenge} challenge
 */
async function authenticate(attempt, challenge) {
  const { scheme, realm, attempt: round } = challenge;
  attempt.log.note(
    "asked",
    "The page asks for a password",
    `${scheme}, realm “${realm}”, attempt ${round}`,
  );
  show("busy", "Waiting for a password…");
  const credentials = await login.ask(challenge);
  if (!attempt.over) {
    attempt.log.note(
      "answered",
      credentials
        ? "A password was entered"
        : "No password: the person gave up",
    );
    show("busy", "Connecting…");
  }
  return credentials;
}

/**
 * @param {Attempt} attempt
 * @param {Socket} ws
 */
function opened(attempt, ws) {
  attempt.opened = true;
  attempt.log.opened(`Subprotocol: ${ws.protocol || "none"}`);
  showOutcome(outcome, ws);
  messages.enable((data) => ws.send(data));
  show("good", "Open.");
}

/**
 * @param {Attempt} attempt
 * @param {Socket} ws
 * @param {import("./outcome.js").HandshakeError} error
 */
function failed(attempt, ws, error) {
  attempt.over = true;
  login.dismiss();
  attempt.log.note("failed", "The handshake failed", error.message);
  showOutcome(outcome, ws, error);
  show("bad", `Failed: ${[error.code, error.status || ""].join(" ").trim()}.`);
}

/**
 * @param {Attempt} attempt
 * @param {CloseEvent} event
 */
function closed(attempt, { code, reason, wasClean }) {
  if (attempt.opened) {
    const how = [`code ${code}`, reason, wasClean ? "" : "not clean"]
      .filter(Boolean)
      .join(", ");
    show(wasClean ? "idle" : "bad", `Closed: ${how}.`);
  }
  attempt.over = true;
  // A control that is disabled under the keyboard would take the focus with it.
  if (document.activeElement?.closest("#send-fields, #close-button"))
    connectButton.focus();
  closeButton.disabled = true;
  messages.disable();
}

/**
 * @param {"idle" | "busy" | "good" | "bad"} tone
 * @param {string} text
 */
function show(tone, text) {
  status.dataset.tone = tone;
  status.textContent = maskUrls(text);
}

/** @param {string} path */
function demoURL(path) {
  return `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}${path}`;
}

/** Marks the preset that the URL is, or none. */
function checkPreset() {
  for (const preset of presets)
    preset.checked = url.value.trim() === demoURL(preset.value);
}

start();
