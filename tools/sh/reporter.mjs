// A reporter for node --test: node's own spec reporter, and a last line that says how many tests passed.
// The variable PART is what that line begins with.

import { Readable } from "node:stream";
import { spec } from "node:test/reporters";

/** @param {AsyncIterable<import("node:test/reporters").TestEvent>} events */
export default async function* report(events) {
  const count = { passed: 0, failed: 0, skipped: 0 };
  yield* Readable.from(counted(events, count)).pipe(new spec());
  const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : "";
  yield `${process.env.PART}: ${count.passed} passed, ${count.failed} failed${skipped}\n`;
}

async function* counted(events, count) {
  for await (const event of events) {
    const { type, data } = event;
    if (
      (type === "test:pass" || type === "test:fail") &&
      data.details?.type !== "suite"
    ) {
      if (data.skip !== undefined) count.skipped++;
      else if (type === "test:pass") count.passed++;
      else count.failed++;
    }
    yield event;
  }
}
