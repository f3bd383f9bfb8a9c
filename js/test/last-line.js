/**
 * Says what passed in the runner's last line.
 *
 * @returns {import("@web/test-runner").Reporter}
 */
export function lastLineReporter() {
  return {
    stop({ sessions }) {
      const count = { passed: 0, failed: 0, skipped: 0 };
      for (const session of sessions) {
        if (!session.testResults)
          count.failed++; // the file could not be run
        else countSuite(session.testResults, count);
        if (session.errors.length > 0) count.failed++;
      }
      const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : "";
      const line = `browser: ${count.passed} passed, ${count.failed} failed${skipped}`;
      // The runner still clears its own last lines after this.
      process.once("exit", () => console.log(`\n${line}`));
    },
  };
}

/**
 * @param {import("@web/test-runner").TestSuiteResult} suite
 * @param {{passed: number, failed: number, skipped: number}} count
 */
function countSuite(suite, count) {
  for (const test of suite.tests) {
    if (test.skipped) count.skipped++;
    else if (test.passed) count.passed++;
    else count.failed++;
  }
  for (const inner of suite.suites) countSuite(inner, count);
}
