const encoder = new TextEncoder();

/**
 * Throws what close() throws for these (WebSockets Standard 3.1), for when the
 * native one cannot be called yet.
 *
 * @param {unknown} code
 * @param {unknown} reason
 * @returns {[code?: number, reason?: string]} arguments that any native close() takes
 */
export function checkClose(code, reason) {
  const number = Math.round(Number(code));
  const text = reason === undefined ? "" : `${reason}`;
  if (
    code !== undefined &&
    number !== 1000 &&
    !(number >= 3000 && number <= 4999)
  )
    throw new DOMException(
      `Failed to execute 'close' on 'WebSocket': got the code ${number}, want 1000 or 3000 to 4999.`,
      "InvalidAccessError",
    );
  if (encoder.encode(text).length > 123)
    throw new DOMException(
      "Failed to execute 'close' on 'WebSocket': got a reason of more than 123 bytes.",
      "SyntaxError",
    );
  // Without a code the reason is not sent, and Chromium does not take it.
  return code === undefined ? [] : [number, text];
}
