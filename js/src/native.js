// The browser's own WebSocket, underneath whatever a subclass overrides.

/** Stands where there is no WebSocket, so that importing works everywhere. */
class Missing {
  constructor() {
    throw new DOMException(
      "KaazingWebSocket needs a WebSocket to build on: there was no globalThis.WebSocket when its script ran",
      "NotSupportedError",
    );
  }
}

/**
 * The class of all sockets. A page may have put its own in place of the
 * browser's, to watch or to reroute: that one is then between us and the wire.
 *
 * @type {typeof WebSocket}
 */
export const Native = globalThis.WebSocket ?? Missing;

/**
 * @template {"url" | "readyState" | "bufferedAmount" | "protocol" | "extensions" | "binaryType"} Name
 * @param {WebSocket} socket
 * @param {Name} name
 * @returns {WebSocket[Name]} what the attribute natively is
 */
export function read(socket, name) {
  return Reflect.get(Native.prototype, name, socket);
}

/**
 * @param {string} type
 * @returns {type is BinaryType}
 */
export function isBinaryType(type) {
  return type === "blob" || type === "arraybuffer";
}

/**
 * @param {WebSocket} socket
 * @param {BinaryType} type
 */
export function setBinaryType(socket, type) {
  Reflect.set(Native.prototype, "binaryType", type, socket);
}

/**
 * @param {WebSocket} socket
 * @param {string | BufferSource | Blob} data
 */
export function send(socket, data) {
  Native.prototype.send.call(socket, data);
}

/**
 * @param {WebSocket} socket
 * @param {number} [code]
 * @param {string} [reason]
 */
export function close(socket, code, reason) {
  Native.prototype.close.call(socket, code, reason);
}

/** All that a socket fires. */
const types = ["open", "message", "error", "close"];

/** An object, since Node's removeEventListener does not take the boolean. */
const capturing = { capture: true };

/**
 * Calls the listener for each event of the socket, before those that the page
 * may add.
 *
 * @param {WebSocket} socket
 * @param {EventListenerObject} listener
 */
export function listen(socket, listener) {
  for (const type of types)
    Native.prototype.addEventListener.call(socket, type, listener, capturing);
}

/**
 * @param {WebSocket} socket
 * @param {EventListenerObject} listener
 */
export function unlisten(socket, listener) {
  for (const type of types)
    Native.prototype.removeEventListener.call(
      socket,
      type,
      listener,
      capturing,
    );
}

/**
 * @param {object | null} prototype
 * @param {string} name
 * @returns {any} the object on the prototype chain that has the property
 */
function owner(prototype, name) {
  while (prototype && !Object.hasOwn(prototype, name))
    prototype = Object.getPrototypeOf(prototype);
  return prototype;
}

/** The prototype that defines the interface, below a page's own classes. */
const root = owner(Native.prototype, "readyState");

/**
 * Whether sockets fire trusted events, which a page cannot make. Those of a
 * WebSocket that is itself written in JavaScript cannot be told from a page's.
 */
const firesTrusted =
  !!root &&
  Function.prototype.toString
    .call(Object.getOwnPropertyDescriptor(root, "readyState")?.get)
    .includes("[native code]");

/**
 * @param {Event} event
 * @returns {boolean} whether the page has dispatched it itself
 */
export function isSynthetic(event) {
  return firesTrusted && !event.isTrusted;
}

/**
 * Gives a direct subclass the interface of the native class: the same own
 * properties in the same order, enumerable as they are natively. What it
 * overrides stays overridden; what it adds comes last.
 *
 * @param {Function} subclass
 * @param {string[]} added the names of the members that are not native ones
 */
export function mirrorInterface(subclass, added) {
  if (!root) return;
  mirror(subclass, Native, Object.keys(root.constructor));
  mirror(subclass.prototype, Native.prototype, [
    ...Object.keys(root),
    ...added,
  ]);
}

/**
 * @param {any} to
 * @param {object} from
 * @param {string[]} names
 */
function mirror(to, from, names) {
  for (const name of names) {
    const descriptor = /** @type {PropertyDescriptor} */ (
      Object.getOwnPropertyDescriptor(to, name) ??
        Object.getOwnPropertyDescriptor(owner(from, name), name)
    );
    delete to[name]; // defining it anew puts it behind those before it
    Object.defineProperty(to, name, { ...descriptor, enumerable: true });
  }
}
