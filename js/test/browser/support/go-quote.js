/**
 * Strings as Go quotes them in ASCII (strconv.QuoteToASCII), of bytes.
 */

const encoder = new TextEncoder();
const fatal = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The escapes that are one letter. @type {Record<string, string>} */
const letters = {
  "\x07": "a",
  "\b": "b",
  "\f": "f",
  "\n": "n",
  "\r": "r",
  "\t": "t",
  "\v": "v",
  "\\": "\\",
  '"': '"',
};
/** @type {Record<string, string>} */
const meaning = Object.fromEntries(
  Object.entries(letters).map(([character, letter]) => [letter, character]),
);

/** @param {Uint8Array | string} value a string stands for its UTF-8 */
export function quote(value) {
  const bytes = typeof value === "string" ? encoder.encode(value) : value;
  let out = "";
  for (let at = 0; at < bytes.length;) {
    const character = characterAt(bytes, at);
    out += character === null ? hex("x", bytes[at], 2) : escape(character);
    at += character === null ? 1 : encoder.encode(character).length;
  }
  return `"${out}"`;
}

/** @param {Uint8Array} bytes @param {number} at @returns {string | null} null if there is no UTF-8 */
function characterAt(bytes, at) {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length++) {
    try {
      return fatal.decode(bytes.subarray(at, at + length));
    } catch {
      // Not whole, or not UTF-8.
    }
  }
  return null;
}

/** @param {string} character */
function escape(character) {
  const code = /** @type {number} */ (character.codePointAt(0));
  if (letters[character]) return `\\${letters[character]}`;
  if (code >= 0x20 && code < 0x7f) return character;
  if (code < 0x80) return hex("x", code, 2);
  return code < 0x10000 ? hex("u", code, 4) : hex("U", code, 8);
}

/** @param {string} letter @param {number} number @param {number} digits */
const hex = (letter, number, digits) =>
  `\\${letter}${number.toString(16).padStart(digits, "0")}`;

/** What stands between the quotes: an escape or something else. */
const piece =
  /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|(.))|[^\\"]+/gsu;

/**
 * Divides a line into words, unquoting those in quotes.
 *
 * @param {string} line
 * @returns {Uint8Array<ArrayBuffer>[]}
 */
export function split(line) {
  const words = line.match(/"(?:[^"\\]|\\.)*"|\S+/gs) ?? [];
  return words.map((word) =>
    word.startsWith('"') ? unquote(word) : encoder.encode(word),
  );
}

/** @param {string} quoted */
function unquote(quoted) {
  const bytes = [];
  for (const [all, byte, short, long, letter] of quoted
    .slice(1, -1)
    .matchAll(piece)) {
    if (byte) bytes.push(parseInt(byte, 16));
    else if (short ?? long)
      bytes.push(
        ...encoder.encode(String.fromCodePoint(parseInt(short ?? long, 16))),
      );
    else if (letter && !(letter in meaning))
      throw new Error(`an escape that Go does not write: ${all}`);
    else bytes.push(...encoder.encode(letter ? meaning[letter] : all));
  }
  return Uint8Array.from(bytes);
}
