import assert from "node:assert/strict";
import { test } from "node:test";
import { Timer } from "../../src/timer.js";
import { now, pass, useClock, waiting } from "./clock.mjs";

useClock();

function timer() {
  const fired = [];
  return { fired, timer: new Timer(() => fired.push(now)) };
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
  assert.equal(waiting(), false);
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
