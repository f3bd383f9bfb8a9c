/** The most that setTimeout takes. */
const LONGEST = 0x7fffffff;

/**
 * A time limit that can stand still. It counts from its making on, so that a
 * limit set later is still one from there.
 */
export class Timer {
  #expired;
  /** Milliseconds in all; 0 is no limit. */
  #limit = 0;
  /** Milliseconds that have counted before the present stretch. */
  #counted = 0;
  /** When the present stretch began; null while standing still. @type {number | null} */
  #since = performance.now();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #handle;

  /** @param {() => void} expired is called when the time is up */
  constructor(expired) {
    this.#expired = expired;
  }

  /** @param {number} ms the limit, from the making of this timer */
  start(ms) {
    this.#limit = ms;
    this.#schedule();
  }

  pause() {
    this.#counted = this.#elapsed();
    this.#since = null;
    clearTimeout(this.#handle);
  }

  resume() {
    this.#since ??= performance.now();
    this.#schedule();
  }

  stop() {
    this.pause();
    this.#limit = 0;
  }

  #elapsed() {
    return (
      this.#counted +
      (this.#since === null ? 0 : performance.now() - this.#since)
    );
  }

  #schedule() {
    clearTimeout(this.#handle);
    if (!this.#limit || this.#since === null) return;
    const left = Math.max(0, this.#limit - this.#elapsed());
    this.#handle = setTimeout(() => this.#check(), Math.min(left, LONGEST));
  }

  #check() {
    if (this.#elapsed() < this.#limit)
      this.#schedule(); // the limit is longer than setTimeout can wait
    // Where the page was busy, what came in time is still to be heard of.
    else this.#handle = setTimeout(() => this.#expired());
  }
}
