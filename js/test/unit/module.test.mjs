import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import { after, describe, test } from "node:test";
import { compileFrom } from "../../src/module-slim.js";
import {
  isWasmBlocked,
  loadModule,
  moduleNow,
  provideModule,
} from "../../src/module.js";

const bytes = readFileSync(new URL("../../../wasm/khp.wasm", import.meta.url));

describe("compileFrom", async () => {
  const server = createServer((request, response) => {
    const type = new URL(request.url, "http://x").searchParams.get("type");
    response.statusCode = type ? 200 : 404;
    if (type) response.setHeader("Content-Type", type);
    response.end(bytes);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  after(() => server.close());
  const { port } = server.address();
  const url = (type) => `http://127.0.0.1:${port}/khp.wasm?type=${type}`;

  for (const [name, source] of [
    ["a module", () => new WebAssembly.Module(bytes)],
    ["bytes", () => bytes],
    ["an ArrayBuffer", () => Uint8Array.from(bytes).buffer],
    ["a string", () => url("application/wasm")],
    ["a URL", () => new URL(url("application/wasm"))],
    ["a URL with another type", () => url("application/octet-stream")],
    ["a Response", () => fetch(url("application/wasm"))],
    ["a promise", async () => bytes],
  ])
    test(name, async () => {
      assert.ok((await compileFrom(source())) instanceof WebAssembly.Module);
    });

  test("a status that is not ok is named", async () => {
    await assert.rejects(compileFrom(url("")), /khp\.wasm.* status 404/);
  });

  test("anything else is named", async () => {
    await assert.rejects(compileFrom(5), /initialize: got a number, want/);
    await assert.rejects(compileFrom(null), /got null/);
  });
});

describe("the module", () => {
  const module = new WebAssembly.Module(bytes);

  test("is compiled once, and not before it is asked for", async () => {
    let times = 0;
    provideModule({ compile: async () => (times++, module) });
    assert.equal(times, 0);
    assert.equal(moduleNow(), null);
    assert.equal(loadModule(), loadModule());
    assert.equal(await loadModule(), module);
    assert.equal(moduleNow(), module);
    assert.equal(times, 1);
  });

  test("is compiled without waiting where that can be", () => {
    provideModule({
      compile: () => new Promise(() => {}),
      compileNow: () => module,
    });
    loadModule();
    assert.equal(moduleNow(), module);
  });

  test("is asked for again after a failure", async () => {
    let times = 0;
    provideModule({
      compile: async () => {
        if (!times++) throw new Error("first");
        return module;
      },
    });
    await assert.rejects(loadModule(), /first/);
    assert.equal(await loadModule(), module);
  });

  test("of an earlier provider does not count", async () => {
    let finish;
    provideModule({
      compile: () => new Promise((resolve) => (finish = resolve)),
    });
    const earlier = loadModule();
    provideModule({ compile: () => new Promise(() => {}) });
    finish(module);
    assert.equal(await earlier, module);
    assert.equal(moduleNow(), null);
  });
});

test("isWasmBlocked", () => {
  assert.equal(isWasmBlocked(), false);
  const { WebAssembly } = globalThis;
  try {
    delete globalThis.WebAssembly;
    assert.equal(isWasmBlocked(), true);
  } finally {
    globalThis.WebAssembly = WebAssembly;
  }
});
