// A formatter for eslint: its own stylish one, and a last line that says how many files passed.

import { ESLint } from "eslint";

/** @param {ESLint.LintResult[]} results */
export default async function format(results, context) {
  const stylish = await new ESLint().loadFormatter("stylish");
  const failed = results.filter((r) => r.errorCount > 0).length;
  return (
    (await stylish.format(results, context)) +
    `eslint: ${results.length - failed} files passed, ${failed} failed`
  );
}
