/**
 * Does one thing after another. What has nothing to wait for is done at once.
 */
export class Sequence {
  /** @type {(() => PromiseLike<void> | void)[]} */
  #tasks = [];
  /** Whether something is being done or waited for. */
  busy = false;

  /**
   * @param {() => PromiseLike<void> | void} task must not fail; the next one
   *   waits for its promise, if it returns one
   */
  push(task) {
    this.#tasks.push(task);
    if (!this.busy) this.#work();
  }

  /** Forgets what has not begun. */
  clear() {
    this.#tasks = [];
  }

  #work() {
    this.busy = true;
    for (let task; (task = this.#tasks.shift());) {
      const pending = task();
      if (pending) return void pending.then(() => this.#work());
    }
    this.busy = false;
  }
}
