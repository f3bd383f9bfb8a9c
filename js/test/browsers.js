import { chromeLauncher } from "@web/test-runner-chrome";

/** A name that only the browsers under test know: it is not loopback to them, and leads there. */
export const mappedHost = "khp.test";

/**
 * How each browser is launched. `BROWSERS=chromium,…` chooses; a further
 * browser is one more entry here.
 *
 * @type {Record<string, (publicKeyDigest: string) => import("@web/test-runner").BrowserLauncher>}
 */
export const launchers = {
  chromium: (publicKeyDigest) =>
    chromeLauncher({
      launchOptions: {
        executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
        args: [
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--js-flags=--expose-gc",
          `--host-resolver-rules=MAP ${mappedHost} 127.0.0.1`,
          `--ignore-certificate-errors-spki-list=${publicKeyDigest}`,
        ],
      },
    }),
};
