/** What the page shows in place of a secret. */
export const MASK = "••••";

const CREDENTIALS = new Set(["authorization", "proxy-authorization"]);
const COOKIES = new Set(["cookie", "set-cookie"]);
// Only a scheme that is known may stay: of any other value the first word may be part of the secret.
const SCHEME = /^((?:Application +)?(?:Basic|Bearer|Digest|Negotiate))[ \t]/i;
const HEADER_LINE = /^([^:\s]+)[ \t]*:[ \t]*(.+)$/s;
const USERINFO = /\/\/[^\s/?#]*@/g;

/**
 * A header's value as it may be shown.
 * @param {string} name
 * @param {string} value
 */
export function maskValue(name, value) {
  const key = name.toLowerCase();
  if (CREDENTIALS.has(key)) {
    const scheme = SCHEME.exec(value);
    return scheme ? `${scheme[1]} ${MASK}` : MASK;
  }
  return COOKIES.has(key) ? MASK : maskUrls(value);
}

/**
 * Text with every URL in it rid of its username and password.
 * @param {string} text
 */
export function maskUrls(text) {
  return text.replace(USERINFO, "//");
}

/**
 * An HTTP message as it may be shown.
 * @param {string} text
 */
export function maskMessage(text) {
  return new MessageMask().push(text);
}

/** Masks an HTTP message that comes in pieces, wherever it is cut. */
export class MessageMask {
  /** The line that has no end yet, as it came. */
  #line = "";
  /** Whether the line before is a secret one, which a folded line would continue. */
  #afterSecret = false;

  /**
   * Takes the next piece and returns what may be shown of it.
   * @param {string} text
   */
  push(text) {
    let shown = "";
    for (const piece of text.split(/(?<=\n)/)) {
      const before = this.#mask(this.#line);
      this.#line += piece.replace(/\n$/, "");
      const after = this.#mask(this.#line);
      // Where more of the line makes its start read differently, nothing more of it is shown.
      if (after.startsWith(before)) shown += after.slice(before.length);
      if (piece.endsWith("\n")) {
        shown += "\n";
        this.#afterSecret = after.includes(MASK);
        this.#line = "";
      }
    }
    return shown;
  }

  /** @param {string} line */
  #mask(line) {
    line = line.replace(/\r$/, "");
    if (this.#afterSecret && /^[ \t]/.test(line)) return MASK;
    const header = HEADER_LINE.exec(line);
    return header
      ? `${header[1]}: ${maskValue(header[1], header[2])}`
      : maskUrls(line);
  }
}
