import assert from "node:assert/strict";
import { test } from "node:test";
import { Sequence } from "../../src/sequence.js";

function deferred() {
  let resolve;
  const promise = new Promise((r) => (resolve = r));
  return { promise, resolve };
}

test("what has nothing to wait for is done at once", () => {
  const done = [];
  const sequence = new Sequence();
  sequence.push(() => void done.push(1));
  assert.deepEqual(done, [1]);
  assert.equal(sequence.busy, false);
});

test("what comes later waits, in order", async () => {
  const done = [];
  const sequence = new Sequence();
  const first = deferred();
  sequence.push(() => first.promise.then(() => void done.push(1)));
  sequence.push(() => void done.push(2));
  sequence.push(async () => void done.push(3));
  sequence.push(() => void done.push(4));
  assert.equal(sequence.busy, true);
  assert.deepEqual(done, []);
  first.resolve();
  await new Promise(setImmediate);
  assert.deepEqual(done, [1, 2, 3, 4]);
  assert.equal(sequence.busy, false);
});

test("what a task adds comes after it", () => {
  const done = [];
  const sequence = new Sequence();
  sequence.push(() => {
    sequence.push(() => void done.push(2));
    done.push(1);
  });
  assert.deepEqual(done, [1, 2]);
});

test("what was cleared is never done", async () => {
  const done = [];
  const sequence = new Sequence();
  const first = deferred();
  sequence.push(() => first.promise);
  sequence.push(() => void done.push(1));
  sequence.clear();
  first.resolve();
  await new Promise(setImmediate);
  assert.deepEqual(done, []);
  assert.equal(sequence.busy, false);
});
