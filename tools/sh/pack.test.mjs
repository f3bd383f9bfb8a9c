// What a user of the npm package gets: npm pack's archive, installed into a project of its own.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { name, exports } = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
);

/** @type {string} */
let project;
/** @type {string[]} */
let packed;

/** Runs a command in the project and returns what it printed. */
const run = (command, ...words) =>
  execFileSync(command, words, { cwd: project, encoding: "utf8" });

before(() => {
  project = mkdtempSync(join(tmpdir(), "kaazing-websocket-pack-"));
  const [archive] = JSON.parse(
    execFileSync("npm", ["pack", "--json", "--pack-destination", project], {
      cwd: root,
      encoding: "utf8",
    }),
  );
  packed = archive.files.map(({ path }) => path);
  writeFileSync(join(project, "package.json"), '{"type": "module"}');
  run("npm", "install", "--offline", `./${archive.filename}`);
});

after(() => rmSync(project, { recursive: true, force: true }));

test("the archive holds what package.json exports, and nothing but the build", () => {
  const exported = Object.values(exports)
    .flatMap((target) =>
      typeof target === "string" ? target : Object.values(target),
    )
    .map((path) => path.slice("./".length));
  for (const path of exported) assert.ok(packed.includes(path), path);
  const others = packed.filter((path) => !path.startsWith("dist/"));
  assert.deepEqual(others.sort(), ["LICENSE", "README.md", "package.json"]);
});

test("it depends on no other package", () => {
  const tree = JSON.parse(run("npm", "ls", "--all", "--json"));
  assert.deepEqual(Object.keys(tree.dependencies), [name]);
  assert.equal(tree.dependencies[name].dependencies, undefined);
});

test("Node.js imports it without effect and finds its names", () => {
  const names = (path) =>
    run(
      "node",
      "--input-type=module",
      "--eval",
      `const before = Reflect.ownKeys(globalThis).length;
       const module = await import("${path}");
       if (Reflect.ownKeys(globalThis).length !== before) throw new Error("a new global");
       console.log(Object.keys(module).sort().join(" "));`,
    ).trim();
  assert.equal(names(name), "KaazingHandshakeError KaazingWebSocket default");
  assert.equal(
    names(`${name}/slim`),
    "KaazingHandshakeError KaazingWebSocket default initialize",
  );
});

test("TypeScript finds its types", () => {
  writeFileSync(
    join(project, "user.ts"),
    `import KaazingWebSocket, { KaazingHandshakeError } from "${name}";
     import { initialize } from "${name}/slim";
     await initialize(new URL("https://example.com/khp.wasm"));
     const ws: WebSocket = new KaazingWebSocket("/echo", [], {
       authenticate: async ({ realm }) => ({ username: realm, password: "" }),
     });
     ws.onerror = (event) => {
       const { error } = event as ErrorEvent;
       if (error instanceof KaazingHandshakeError) console.log(error.status.toFixed(), error.code.length);
     };
     // @ts-expect-error: it is a number
     new KaazingWebSocket("/echo", [], { handshakeTimeout: "5 s" });`,
  );
  const tsc = join(root, "node_modules", ".bin", "tsc");
  for (const resolution of ["bundler", "nodenext"]) {
    const module = resolution === "bundler" ? "esnext" : "nodenext";
    run(
      tsc,
      "--strict",
      "--noEmit",
      ...["--target", "es2022", "--lib", "es2022,dom,dom.iterable"],
      ...["--module", module, "--moduleResolution", resolution],
      ...["--types", "", "user.ts"],
    );
  }
});

test("esbuild bundles it for a browser", () => {
  writeFileSync(
    join(project, "user.js"),
    `import KaazingWebSocket from "${name}"; new KaazingWebSocket("/echo");`,
  );
  const esbuild = join(root, "node_modules", ".bin", "esbuild");
  run(
    esbuild,
    "user.js",
    "--bundle",
    "--platform=browser",
    "--outfile=out.js",
    "--log-level=warning",
  );
  assert.match(
    readFileSync(join(project, "out.js"), "utf8"),
    /new \w+\("\/echo"\)/,
  );
});
