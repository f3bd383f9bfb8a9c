import {
  allowedInNames,
  free,
  refused,
  refusedInNames,
  refusedInValues,
  reserved,
} from "./generated/request-fields.js";

/**
 * @typedef {"free" | "reserved" | "refused" | "malformed"} Verdict
 */

/**
 * @param {string} name
 * @param {string} value
 * @returns {Verdict} whether the caller may add that header to the extended request
 */
export function judgeField(name, value) {
  const characters = [...name];
  if (
    !characters.length ||
    !characters.every((c) => allowedInNames.includes(c)) ||
    [...value].some((c) => refusedInValues.includes(c))
  )
    return "malformed";
  const lower = name.toLowerCase();
  if (reserved.includes(lower)) return "reserved";
  if (free.includes(lower)) return "free";
  return characters.some((c) => refusedInNames.includes(c)) ||
    refused.some((r) => (r.endsWith("-") ? lower.startsWith(r) : lower === r))
    ? "refused"
    : "free";
}
