/**
 * Says when nothing has happened for so long. To tell it that something has
 * sets no timer anew, so that this can be done for each message.
 */
export class IdleTimer {
  #ms;
  #expired;
  #last = performance.now();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #handle;

  /**
   * @param {number} ms at most what setTimeout takes
   * @param {() => void} expired
   */
  constructor(ms, expired) {
    this.#ms = ms;
    this.#expired = expired;
    this.#handle = setTimeout(() => this.#check(false), ms);
  }

  restart() {
    this.#last = performance.now();
  }

  stop() {
    clearTimeout(this.#handle);
  }

  /** @param {boolean} again */
  #check(again) {
    const left = this.#last + this.#ms - performance.now();
    if (left > 0) this.#handle = setTimeout(() => this.#check(false), left);
    else if (again) this.#expired();
    // A page that was busy has not heard yet of what has happened meanwhile.
    else this.#handle = setTimeout(() => this.#check(true));
  }
}
