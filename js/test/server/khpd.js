import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const executable = fileURLToPath(
  new URL("../../../dist/khpd", import.meta.url),
);

/**
 * Starts the gateway as its users do, and waits for the line that says where
 * it listens.
 *
 * @param {string[]} args
 * @returns {Promise<{port: number, stop: () => Promise<void>}>}
 */
export async function startKhpd(...args) {
  const child = spawn(executable, args, { stdio: ["ignore", "pipe", "pipe"] });
  const gone = new Promise((resolve) => child.once("close", resolve));
  const kill = () => void child.kill();
  process.once("exit", kill);
  const log = collect(child.stderr);
  const port = await listening(child).catch((error) => {
    throw new Error(`khpd ${args[0]}: ${error.message}${log()}`);
  });
  return {
    port,
    async stop() {
      process.off("exit", kill);
      child.kill();
      await gone;
    },
  };
}

/** @param {import("node:child_process").ChildProcess} child @returns {Promise<number>} */
function listening(child) {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) =>
      reject(new Error(`ended with ${code} before it listened`)),
    );
    createInterface({
      input: /** @type {import("node:stream").Readable} */ (child.stdout),
    }).on("line", (line) => {
      const match = /^khpd: listening on http:\/\/[^ ]*:(\d+)/.exec(line);
      if (match) resolve(Number(match[1]));
    });
  });
}

/** @param {import("node:stream").Readable} stream */
function collect(stream) {
  let text = "";
  stream
    .setEncoding("utf8")
    .on("data", (chunk) => (text = (text + chunk).slice(-4000)));
  return () => (text ? `\n${text}` : "");
}
