// Words for what a caller gets wrong.

/** @param {string} name */
export function option(name) {
  return `KaazingWebSocket option ${name}`;
}

/**
 * @param {unknown} value
 * @returns {string} what it is, without what it says
 */
export function kind(value) {
  if (value === null || value === undefined) return `${value}`;
  const type = typeof value;
  return type === "object" ? "an object" : `a ${type}`;
}
