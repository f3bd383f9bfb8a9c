// khp.wasm, compiled once for all connections. Where it comes from is the entry's choice.

/**
 * @typedef {object} Provider
 * @property {() => Promise<WebAssembly.Module>} compile
 * @property {() => WebAssembly.Module} [compileNow] where it can be done without waiting
 */

/**
 * @type {Provider & {
 *   loading: Promise<WebAssembly.Module> | null,
 *   compiled: WebAssembly.Module | null,
 * }}
 */
let current;

/** @param {Provider} provider */
export function provideModule(provider) {
  current = { ...provider, loading: null, compiled: null };
}

/** @returns {Promise<WebAssembly.Module>} */
export function loadModule() {
  const holder = current;
  holder.loading ??= holder.compile().then(
    (module) => (holder.compiled = module),
    (error) => {
      holder.loading = null; // the next connection tries again
      throw error;
    },
  );
  return holder.loading;
}

/** @returns {WebAssembly.Module | null} null where it is still on its way */
export function moduleNow() {
  return (current.compiled ??= current.compileNow?.() ?? null);
}

/** The smallest module: the magic number and the version. */
const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/** @returns {boolean} whether the page's policy, or the browser, lets no module run */
export function isWasmBlocked() {
  try {
    return !new WebAssembly.Module(empty);
  } catch {
    return true;
  }
}
