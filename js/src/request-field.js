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
 * @param {string} text
 * @returns {boolean} whether it can be a name (RFC 9110 5.6.2)
 */
export function isToken(text) {
  return !!text && [...text].every((c) => allowedInNames.includes(c));
}

/**
 * @param {string} text
 * @returns {boolean} whether it has no control characters (RFC 9110 5.5)
 */
export function isValue(text) {
  return ![...text].some((c) => refusedInValues.includes(c));
}

/**
 * @param {string} text
 * @returns {boolean} whether fetch would take it in a header
 */
export function isByteString(text) {
  return !/[^\0-\xff]/.test(text);
}

/**
 * @param {string} name
 * @param {string} value
 * @returns {Verdict} whether the caller may add that header to the extended request
 */
export function judgeField(name, value) {
  if (!isToken(name) || !isValue(value)) return "malformed";
  const lower = name.toLowerCase();
  if (reserved.includes(lower)) return "reserved";
  if (free.includes(lower)) return "free";
  return [...name].some((c) => refusedInNames.includes(c)) ||
    refused.some((r) => (r.endsWith("-") ? lower.startsWith(r) : lower === r))
    ? "refused"
    : "free";
}
