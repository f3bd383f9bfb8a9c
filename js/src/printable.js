// Bytes as a string literal. Of what needs no escape in JavaScript and has no meaning in HTML, this is the form of a
// WebAssembly module that compresses best: it keeps bytes apart from each other, which base64 does not.

/** ASCII from the space on, but for the quote, the less-than sign and the backslash. */
const alphabet = Array.from({ length: 95 }, (_, i) =>
  String.fromCharCode(0x20 + i),
).filter((c) => !'"<\\'.includes(c));

/** The bytes below this stand as one character. The others follow one of the last two. */
const single = alphabet.length - 2;

/**
 * @param {Uint8Array} bytes
 * @returns {string}
 */
export function encode(bytes) {
  return Array.from(bytes, (byte) => {
    const page = Math.floor(byte / single);
    return (page ? alphabet[single - 1 + page] : "") + alphabet[byte % single];
  }).join("");
}

/**
 * @param {string} text what encode() has returned
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function decode(text) {
  const value = new Map(alphabet.map((c, i) => [c, i]));
  const bytes = [];
  let page = 0;
  for (const c of text) {
    const n = value.get(c) ?? 0;
    if (n >= single) page = n - single + 1;
    else {
      bytes.push(page * single + n);
      page = 0;
    }
  }
  return Uint8Array.from(bytes);
}
