/**
 * @typedef {[name: string, argument?: object]} Step
 */

/** Marks that connections and tests set and wait for, by name. */
export class Gate {
  /** @type {Map<string, {promise: Promise<void>, open: () => void}>} */
  #marks = new Map();

  /** @param {string} name */
  open(name) {
    this.#mark(name).open();
  }

  /** @param {string} name */
  wait(name) {
    return this.#mark(name).promise;
  }

  /** @param {string} name */
  #mark(name) {
    const known = this.#marks.get(name);
    if (known) return known;
    let open = () => {};
    /** @type {Promise<void>} */
    const promise = new Promise((resolve) => (open = resolve));
    const mark = { promise, open };
    this.#marks.set(name, mark);
    return mark;
  }
}

/**
 * What a test has planned for one path: the steps of its first connection, of
 * its second and so on. A connection more than planned is an error.
 */
export class Script {
  gate = new Gate();
  /** @type {import("./connection.js").Connection[]} */
  connections = [];
  #plans;

  /** @param {Step[][]} plans */
  constructor(plans) {
    this.#plans = plans;
  }

  /** @param {import("./connection.js").Connection} connection */
  add(connection) {
    const plan = this.#plans[this.connections.length];
    this.connections.push(connection);
    this.gate.open(`connection ${this.connections.length}`);
    void connection.run(plan ?? [["unplanned-connection"]], this.gate);
    if (!plan) connection.destroy();
  }

  /** Resolves with the transcripts when all planned connections are over. */
  async transcripts() {
    for (let n = 0; n < this.#plans.length; n++)
      await this.gate.wait(`connection ${n + 1}`);
    await Promise.all(this.connections.map((connection) => connection.end()));
    return this.connections.map((connection) => connection.transcript);
  }
}
