// The recorded handshakes and the table of statuses of khpcore, in the shipped module as this browser runs it.

import { assert } from "chai";
import { Core } from "../../src/binding.js";
import { parse, randomBytes, render, replay } from "./support/transcript.js";

const testdata = "/khpcore/testdata";

/** @param {string} path */
async function load(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response;
}

const wasm = await load("/dist/khp.wasm");
const module = await WebAssembly.compile(await wasm.arrayBuffer());
/** @type {string[]} */
const names = await (await load("/transcripts.json")).json();
const sources = await Promise.all(
  names.map(async (name) =>
    (await load(`${testdata}/transcripts/${name}`)).text(),
  ),
);

const table = await (await load(`${testdata}/status.csv`)).text();
const [, ...rows] = table.trim().split("\n");

describe("the recorded handshakes of khpcore", () => {
  const { getRandomValues } = crypto;
  after(() => (crypto.getRandomValues = getRandomValues));

  it("are all here", () => {
    assert.isAbove(names.length, 100);
  });

  for (const [i, name] of names.entries()) {
    it(name, () => {
      const transcript = parse(sources[i]);
      const random = randomBytes(transcript);
      crypto.getRandomValues = /** @type {any} */ (
        (/** @type {Uint8Array} */ array) =>
          random ? (array.set(random), random) : array
      );
      assert.isNotEmpty(transcript.steps);
      const steps = replay(transcript, new Core(module));
      for (const [n, { commands }] of transcript.steps.entries())
        assert.deepEqual(steps[n].commands, commands, `step ${n + 1}`);
    });
  }
});

describe("the table of statuses", () => {
  /** What a client without anything to go on with does where the table says so. @type {Record<string, (commands: any[]) => boolean>} */
  const actions = {
    fail: ([close, , fail]) => fail.code === "status" && close.code >= 4000,
    continue: ([, , fail]) => fail.code === "status",
    complete: ([outcome, open]) =>
      outcome.kind === "outcome" && open.kind === "open",
    wait: (commands) => commands.length === 0,
    redirect: ([, , fail]) => fail.code === "redirect",
    challenge: ([, , fail]) => fail.code === "unauthorized",
    "fail-or-proxy-auth": ([, , fail]) => fail.code === "proxy-unauthorized",
    "fail-or-upgrade": ([, , fail]) => fail.code === "status",
  };
  const url = "ws://localhost/";

  it("has 67 rows", () => {
    assert.lengthOf(rows, 67);
  });

  for (const row of rows) {
    const [status, action] = row.split(",");
    it(`${status}: ${action}`, () => {
      const core = new Core(module);
      core.start(url, [], /** @type {any} */ (plainOptions));
      core.opened(url, "x-kaazing-handshake", "");
      const commands = [
        ...core.message(`HTTP/1.1 ${status} x\r\n\r\n`),
        ...core.message(new ArrayBuffer(0)),
      ];
      const shown = commands.map(render).join("; ");
      assert.isTrue(actions[action]?.(commands), shown);
      for (const command of commands)
        if (command.kind === "fail")
          assert.equal(command.status, Number(status), shown);
    });
  }
});

const plainOptions = {
  ...{ headers: [], extensions: [], authenticate: null, body: null },
  ...{ redirect: "follow", dialect: "standard", fallback: "none" },
  handshakeTimeout: 0,
};
