// A clock of our own: how long something takes must not depend on the machine.

import { afterEach, beforeEach } from "node:test";

const real = { setTimeout, clearTimeout, now: performance.now };
/** Milliseconds since the test began. */
export let now = 0;
let pending = null;

/** Takes the place of the real clock in each test of the file. */
export function useClock() {
  beforeEach(() => {
    now = 0;
    pending = null;
    performance.now = () => now;
    globalThis.setTimeout = (callback, ms = 0) =>
      (pending = { callback, at: now + ms });
    globalThis.clearTimeout = (handle) => {
      if (handle === pending) pending = null;
    };
  });
  afterEach(() => {
    const { setTimeout, clearTimeout } = real;
    Object.assign(globalThis, { setTimeout, clearTimeout });
    performance.now = real.now;
  });
}

/** @param {number} ms */
export function pass(ms) {
  const end = now + ms;
  while (pending && pending.at <= end) {
    now = Math.max(now, pending.at);
    fire();
  }
  now = end;
}

/** Time passes in which no timer can fire. @param {number} ms */
export function hang(ms) {
  now += ms;
}

/** Whether a timer is set. */
export function waiting() {
  return pending !== null;
}

/** The pending timer fires, if there is one. */
export function fire() {
  const callback = pending?.callback;
  pending = null;
  callback?.();
}
