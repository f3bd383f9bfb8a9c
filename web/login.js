import { byId, create } from "./dom.js";
import { maskUrls } from "./secrets.js";

/**
 * What KaazingWebSocket's authenticate is called with.
 * @typedef {object} Challenge
 * @property {string} url
 * @property {string} scheme
 * @property {string} realm
 * @property {number} attempt
 * @property {boolean} proxy
 */

const ANSWER = "answer";

/** Asks a person for a username and a password. */
export class Login {
  #dialog = byId("login", HTMLDialogElement);
  #facts = byId("login-facts", HTMLElement);
  #note = byId("login-note", HTMLElement);
  #hint = byId("login-hint", HTMLElement);
  #username = byId("login-username", HTMLInputElement);
  #password = byId("login-password", HTMLInputElement);

  constructor() {
    byId("login-cancel", HTMLButtonElement).addEventListener("click", () =>
      this.#dialog.close(),
    );
  }

  /**
   * Resolves with null where the person gives up.
   * @param {Challenge} challenge
   * @returns {Promise<{username: string, password: string} | null>}
   */
  ask(challenge) {
    this.#describe(challenge);
    this.#dialog.returnValue = "";
    this.#dialog.showModal();
    if (challenge.attempt > 1) this.#password.focus();
    return new Promise((resolve) => {
      this.#dialog.addEventListener("close", () => resolve(this.#take()), {
        once: true,
      });
    });
  }

  /** Takes the dialog away: the handshake that asked is over. */
  dismiss() {
    this.#dialog.close();
  }

  #take() {
    const credentials = {
      username: this.#username.value,
      password: this.#password.value,
    };
    this.#password.value = "";
    this.#hint.textContent = "";
    return this.#dialog.returnValue === ANSWER ? credentials : null;
  }

  /** @param {Challenge} challenge */
  #describe({ url, scheme, realm, attempt, proxy }) {
    const facts = [
      [proxy ? "Proxy of" : "Server", maskUrls(url)],
      ["Realm", realm || "none"],
      ["Scheme", scheme],
      ["Attempt", String(attempt)],
    ];
    this.#facts.replaceChildren(
      ...facts.flatMap(([term, value]) => [
        create("dt", "", term),
        create("dd", "", value),
      ]),
    );
    this.#note.textContent =
      attempt > 1 ? "The server did not take that. Try again." : "";
    this.#hint.textContent = isDemo(url)
      ? "On this demo: user joe, password welcome."
      : "";
  }
}

/**
 * Whether it is the demo server that asks, whose password is no secret.
 * @param {string} url
 */
function isDemo(url) {
  const { host, pathname } = new URL(url);
  return host === location.host && pathname === "/basic";
}
