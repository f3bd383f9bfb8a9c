/**
 * A module with the exports of khp.wasm, assembled by hand. At a message of the
 * handshake it opens the socket, at one that begins with "X" it traps, also on
 * the open socket. It answers other events with no command.
 *
 * @param {string} [agreed] the name of an extension
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function trappingModule(agreed) {
  const room = 1024; // for the event
  const answers = { open: 16, nothing: 256 };
  const kindMessage = 3;
  const text = 12; // kind, whether it is text, length, then the data
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [vector([0x60, 0x00, 0x00], [0x60, 0x01, I32, 0x01, I32])]), // types: () and (i32) -> i32
    ...section(3, [vector([0], [1], [1])]),
    ...section(5, [vector([0x00, 0x01])]), // one page of memory
    ...section(7, [
      vector(
        exported("memory", 2, 0),
        exported("_initialize", 0, 0),
        exported("khp_buffer", 0, 1),
        exported("khp_event", 0, 2),
      ),
    ]),
    ...section(10, [
      vector(
        code([]),
        code([...constant(room)]),
        code([
          ...[
            ...constant(room + text),
            ...load8,
            ...constant("X".charCodeAt(0)),
            EQUAL,
            ...IF,
            UNREACHABLE,
            END,
          ],
          ...[
            ...constant(room),
            ...load32,
            ...constant(kindMessage),
            EQUAL,
            ...IF,
          ],
          ...[...constant(answers.open), RETURN, END],
          ...constant(answers.nothing),
        ]),
      ),
    ]),
    ...section(11, [
      vector([
        0x00,
        ...constant(answers.open),
        END,
        ...vector(...prefixed(openCommand(agreed)).map((byte) => [byte])),
      ]),
    ]),
  ]);
}

/** Kind 6, two empty strings, a list of names with parameters, and whether it goes on. @param {string} [agreed] */
function openCommand(agreed) {
  const name = prefixed([...(agreed ?? "")].map((c) => c.charCodeAt(0)));
  const list = agreed ? [...number(1), ...name, ...number(0)] : number(0);
  const goesOn = number(agreed ? 1 : 0);
  return [...number(6), ...prefixed([]), ...prefixed([]), ...list, ...goesOn];
}

/** @param {number} n below 256 */
const number = (n) => [n, 0, 0, 0];
/** @param {number[]} bytes behind their length */
const prefixed = (bytes) => [...number(bytes.length), ...bytes];

const I32 = 0x7f;
const EQUAL = 0x46;
const END = 0x0b;
const RETURN = 0x0f;
const UNREACHABLE = 0x00;
const IF = [0x04, 0x40];
const load32 = [0x28, 0x02, 0x00];
const load8 = [0x2d, 0x00, 0x00];

/** LEB128 of a number that is not negative, signed where a constant has it. @param {number} n @param {boolean} [signed] @returns {number[]} */
function leb(n, signed = false) {
  const last = signed ? n < 0x40 : n < 0x80;
  return last ? [n] : [(n & 0x7f) | 0x80, ...leb(n >> 7, signed)];
}
/** @param {number} n */
const constant = (n) => [0x41, ...leb(n, true)];
/** @param {number[][]} members */
const vector = (...members) => [...leb(members.length), ...members.flat()];
/** @param {number} id @param {number[][]} content */
const section = (id, content) => [
  id,
  ...leb(content.flat().length),
  ...content.flat(),
];
/** @param {string} name @param {number} kind @param {number} index */
const exported = (name, kind, index) => [
  ...vector(...[...name].map((c) => [c.charCodeAt(0)])),
  kind,
  index,
];
/** @param {number[]} body */
const code = (body) => [...leb(body.length + 2), 0x00, ...body, END];
