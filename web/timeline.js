import { create } from "./dom.js";
import { shorten, time } from "./format.js";

const MAX_STEPS = 300;
const DIRECTIONS = { client: "sent", server: "received", page: "" };

/**
 * @typedef {object} Step
 * @property {keyof typeof DIRECTIONS} from who did it; the page for what is not on the wire
 * @property {string} kind a word for tests and style sheets
 * @property {string} title
 * @property {number} at as performance.now() has it
 * @property {string[]} [facts] more about it, in a few words each
 * @property {string} [text] the text of the message
 */

/** The list of what happened, in order. */
export class Timeline {
  #list;
  #start = 0;
  #left = 0;

  /** @param {HTMLElement} list */
  constructor(list) {
    this.#list = list;
  }

  /**
   * Empties the list and counts time from now on.
   * @param {number} start
   */
  begin(start) {
    this.#list.replaceChildren();
    this.#start = start;
    this.#left = 0;
  }

  /** @param {Step} step */
  add(step) {
    if (this.#list.childElementCount >= MAX_STEPS) {
      this.#leaveOut();
      return;
    }
    const facts = [
      DIRECTIONS[step.from],
      time(step.at - this.#start),
      ...(step.facts ?? []),
    ].filter(Boolean);
    const row = create(
      "li",
      "step",
      create("h3", "step-title", step.title),
      create("p", "step-facts", facts.join(" · ")),
    );
    if (step.text)
      row.append(create("pre", "step-text", shorten(step.text.trimEnd())));
    row.dataset.from = step.from;
    row.dataset.kind = step.kind;
    this.#list.append(row);
  }

  /** A response may come in thousands of messages; a page that shows them all is of no use. */
  #leaveOut() {
    this.#left++;
    const last = /** @type {HTMLElement} */ (this.#list.lastElementChild);
    last.dataset.kind = "left-out";
    last.replaceChildren(
      create("p", "step-facts", `${this.#left + 1} more steps are not shown.`),
    );
  }
}
