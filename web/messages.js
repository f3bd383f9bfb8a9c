import { byId, create } from "./dom.js";
import { bytes, hex, shorten, sizeOf, time, typeOf } from "./format.js";

const MAX_MESSAGES = 200;
const SAMPLE = Uint8Array.of(0x4b, 0x48, 0x50, 0x00, 0x7f, 0x80, 0xfe, 0xff);

/** The console for an open socket: sends text or a few bytes, and lists messages both ways. */
export class Messages {
  #fields = byId("send-fields", HTMLFieldSetElement);
  #text = byId("send-text", HTMLInputElement);
  #log = byId("log", HTMLElement);
  #list = byId("log-list", HTMLElement);
  #dropped = byId("log-dropped", HTMLElement);
  #drops = 0;
  #start = 0;
  /** @type {((data: string | Uint8Array<ArrayBuffer>) => void) | undefined} */
  #send;

  constructor() {
    byId("send", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#transmit(this.#text.value);
      this.#text.select();
    });
    byId("send-binary", HTMLButtonElement).addEventListener("click", () =>
      this.#transmit(SAMPLE),
    );
  }

  /**
   * Empties the list and counts time from now on.
   * @param {number} start
   */
  begin(start) {
    this.disable();
    this.#list.replaceChildren();
    this.#dropped.textContent = "";
    this.#drops = 0;
    this.#start = start;
  }

  /** @param {(data: string | Uint8Array<ArrayBuffer>) => void} send */
  enable(send) {
    this.#send = send;
    this.#fields.disabled = false;
  }

  disable() {
    this.#send = undefined;
    this.#fields.disabled = true;
  }

  /** @param {string | ArrayBuffer} data */
  received(data) {
    this.#add("received", data);
  }

  /** @param {string | Uint8Array<ArrayBuffer>} data */
  #transmit(data) {
    this.#send?.(data);
    this.#add("sent", data);
  }

  /**
   * @param {"sent" | "received"} direction
   * @param {string | ArrayBuffer | ArrayBufferView} data
   */
  #add(direction, data) {
    const atEnd =
      this.#log.scrollHeight - this.#log.scrollTop - this.#log.clientHeight < 8;
    const facts = [
      direction,
      time(performance.now() - this.#start),
      typeOf(data),
      bytes(sizeOf(data)),
    ];
    const text = typeof data === "string" ? shorten(data) : hex(data);
    const row = create(
      "li",
      "message",
      create("p", "message-facts", facts.join(" · ")),
    );
    row.append(create("pre", "message-text", text));
    row.dataset.direction = direction;
    row.dataset.type = typeOf(data);
    this.#list.append(row);
    this.#bound();
    if (atEnd) this.#log.scrollTop = this.#log.scrollHeight;
  }

  #bound() {
    while (this.#list.childElementCount > MAX_MESSAGES) {
      this.#list.firstElementChild?.remove();
      this.#dropped.textContent = `${++this.#drops} older messages are not shown.`;
    }
  }
}
