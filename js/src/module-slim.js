import { kind } from "./misuse.js";

/**
 * What the module can be had from. A URL or string is where to fetch it.
 *
 * @typedef {WebAssembly.Module | BufferSource | Response | URL | string} ModuleSource
 */

/**
 * @param {ModuleSource | PromiseLike<ModuleSource>} source
 * @returns {Promise<WebAssembly.Module>}
 */
export async function compileFrom(source) {
  const given = await source;
  if (given instanceof WebAssembly.Module) return given;
  if (typeof given === "string" || given instanceof URL)
    return compileResponse(await fetch(given));
  if (given instanceof Response) return compileResponse(given);
  if (given instanceof ArrayBuffer || ArrayBuffer.isView(given))
    return WebAssembly.compile(given);
  throw new TypeError(
    `initialize: got ${kind(given)}, want a WebAssembly.Module, bytes, a Response, a URL or a promise of one`,
  );
}

/** @param {Response} response */
async function compileResponse(response) {
  if (!response.ok)
    throw new Error(
      `fetching ${response.url} gave the status ${response.status}`,
    );
  // Servers that do not know the type of .wasm files are common.
  const type = response.headers.get("Content-Type");
  return type === "application/wasm"
    ? WebAssembly.compileStreaming(response)
    : WebAssembly.compile(await response.arrayBuffer());
}
