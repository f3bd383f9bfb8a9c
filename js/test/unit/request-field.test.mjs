// The interpreter of the generated table, against what khpcore itself says of each case.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { judgeField } from "../../src/request-field.js";

const cases = JSON.parse(
  readFileSync(
    new URL("testdata/request-fields.json", import.meta.url),
    "utf8",
  ),
);

test(`${cases.length} headers are judged as khpcore judges them`, () => {
  assert.deepEqual(new Set(cases.map(([, , verdict]) => verdict)).size, 4);
  for (const [name, value, verdict] of cases)
    assert.equal(
      judgeField(name, value),
      verdict,
      JSON.stringify({ name, value }),
    );
});
