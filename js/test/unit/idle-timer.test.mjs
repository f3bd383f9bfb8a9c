import assert from "node:assert/strict";
import { test } from "node:test";
import { IdleTimer } from "../../src/idle-timer.js";
import { fire, hang, now, pass, useClock } from "./clock.mjs";

useClock();

/** @param {number} ms */
function idle(ms) {
  const fired = [];
  return { fired, timer: new IdleTimer(ms, () => fired.push(now)) };
}

test("expires once where nothing happens", () => {
  const { fired } = idle(100);
  pass(99);
  assert.deepEqual(fired, []);
  pass(1000);
  assert.deepEqual(fired, [100]);
});

test("counts from what has happened last", () => {
  const { fired, timer } = idle(100);
  for (const ms of [30, 60, 90]) {
    pass(ms);
    timer.restart();
  }
  pass(99);
  assert.deepEqual(fired, []);
  pass(1);
  assert.deepEqual(fired, [280]);
});

test("hears first of what has happened while the page was busy", () => {
  const { fired, timer } = idle(100);
  hang(500);
  fire(); // late
  timer.restart(); // the message that was waiting too
  pass(99);
  assert.deepEqual(fired, []);
  pass(1);
  assert.deepEqual(fired, [600]);
});

test("after stop nothing comes", () => {
  const { fired, timer } = idle(100);
  timer.stop();
  pass(1000);
  assert.deepEqual(fired, []);
  const late = idle(100);
  hang(500);
  fire();
  late.timer.stop();
  pass(1000);
  assert.deepEqual(late.fired, []);
});
