import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { Timer } from "../../src/timer.js";

// A clock of our own: how long something takes must not depend on the machine.
const real = { setTimeout, clearTimeout, now: performance.now };
let now = 0;
let pending = null;

beforeEach(() => {
  now = 1000;
  pending = null;
  performance.now = () => now;
  globalThis.setTimeout = (callback, ms) =>
    (pending = { callback, at: now + ms });
  globalThis.clearTimeout = (handle) => {
    if (handle === pending) pending = null;
  };
});
afterEach(() => {
  Object.assign(globalThis, {
    setTimeout: real.setTimeout,
    clearTimeout: real.clearTimeout,
  });
  performance.now = real.now;
});

/** @param {number} ms */
function pass(ms) {
  const end = now + ms;
  while (pending && pending.at <= end) {
    now = pending.at;
    const { callback } = pending;
    pending = null;
    callback();
  }
  now = end;
}

function timer() {
  const fired = [];
  return { fired, timer: new Timer(() => fired.push(now - 1000)) };
}

test("expires once, that long after it was made", () => {
  const { fired, timer: t } = timer();
  pass(30);
  t.start(100);
  pass(10);
  t.start(100); // anew, and still from its making on
  pass(1000);
  assert.deepEqual(fired, [100]);
});

test("does not count while it stands still", () => {
  const { fired, timer: t } = timer();
  t.start(100);
  pass(60);
  t.pause();
  t.pause();
  pass(5000);
  t.resume();
  t.resume();
  pass(39);
  assert.deepEqual(fired, []);
  pass(1);
  assert.deepEqual(fired, [5100]);
});

test("a limit that is already over expires at once", () => {
  const { fired, timer: t } = timer();
  pass(500);
  t.start(100);
  pass(0);
  assert.deepEqual(fired, [500]);
});

test("0 is no limit", () => {
  const { timer: t } = timer();
  t.start(0);
  t.pause();
  t.resume();
  assert.equal(pending, null);
});

test("a limit may be longer than setTimeout can wait", () => {
  const { fired, timer: t } = timer();
  t.start(3e9);
  pass(2999999999);
  assert.deepEqual(fired, []);
  pass(1);
  assert.deepEqual(fired, [3e9]);
});

test("after stop nothing comes", () => {
  const { fired, timer: t } = timer();
  t.start(100);
  t.stop();
  t.resume();
  pass(1000);
  assert.deepEqual(fired, []);
});
