import { fileURLToPath } from "node:url";
import { defaultReporter } from "@web/test-runner";
import { launchers, mappedHost } from "./browsers.js";
import { lastLineReporter } from "./last-line.js";
import { createCertificate } from "./server/certificate.js";
import { serversPlugin } from "./server/plugin.js";

const certificate = createCertificate();
const chosen = (process.env.BROWSERS ?? "chromium").split(",");

export default {
  rootDir: fileURLToPath(new URL("../..", import.meta.url)),
  files: "js/test/browser/**/*.test.js",
  nodeResolve: true,
  browsers: chosen.map((name) => {
    const launcher = launchers[name];
    if (!launcher)
      throw new Error(
        `BROWSERS has ${name}, want ${Object.keys(launchers).join(", ")}`,
      );
    return launcher(certificate.publicKeyDigest);
  }),
  concurrency: 2,
  testFramework: { config: { timeout: 10_000 } },
  testsFinishTimeout: 90_000,
  plugins: [serversPlugin({ certificate, mappedHost })],
  reporters: [
    defaultReporter({ reportTestProgress: false }),
    lastLineReporter(),
  ],
};
