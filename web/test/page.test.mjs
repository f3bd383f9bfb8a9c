// Drives the handshake inspector against `khpd demo` in headless Chromium. Run ./build.sh build first.

import assert from "node:assert/strict";
import {
  after,
  afterEach,
  before,
  beforeEach,
  describe,
  test,
} from "node:test";
import { Inspector, startBrowser, startDemo } from "./inspector.mjs";

const PASSWORD = "welcome";
const CREDENTIALS = Buffer.from(`joe:${PASSWORD}`).toString("base64");

/** @type {Awaited<ReturnType<typeof startDemo>>} */
let demo;
/** @type {import("puppeteer-core").Browser} */
let browser;
/** @type {Inspector} */
let inspector;

before(async () => {
  demo = await startDemo();
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});
beforeEach(async () => {
  inspector = await Inspector.open(browser, demo.url);
});
afterEach(async () => {
  const { errors, page } = inspector;
  await page.close();
  assert.deepEqual(
    errors,
    [],
    "the page threw, or broke its content security policy",
  );
});

/** @param {{kind?: string}[]} steps */
const kinds = (steps) => steps.map(({ kind }) => kind);

/**
 * @template {{kind?: string}} T
 * @param {T[]} steps
 * @param {string} kind
 */
const all = (steps, kind) => steps.filter((step) => step.kind === kind);

const HANDSHAKE = [
  "opening-request",
  "opening-response",
  "request",
  "response",
  "end",
];

describe("/echo", () => {
  test("shows each step of both handshakes", async () => {
    await inspector.fill("#protocols", "chat, news");
    await inspector.connect("/echo");
    await inspector.status("Open");
    const steps = await inspector.steps();
    assert.deepEqual(kinds(steps), [...HANDSHAKE, "done"]);
    const [opening, accepted, request, response, end] = steps;
    assert.equal(
      opening.text,
      `URL: ws://${demo.host}/echo\nOffered: x-kaazing-handshake, chat, news`,
    );
    assert.match(accepted.text, /^Selected: x-kaazing-handshake$/m);
    assert.match(request.text, /^GET \/echo HTTP\/1\.1\n/);
    assert.match(request.text, /^Sec-WebSocket-Protocol: chat, news$/im);
    assert.match(request.facts, /^sent · \+\d+\.\d ms · \d+ bytes · text$/);
    assert.match(response.text, /^HTTP\/1\.1 101 /);
    assert.match(
      response.facts,
      /^received · \+\d+\.\d ms · \d+ bytes · binary$/,
    );
    assert.equal(end.title, "End of response (empty message)");
    assert.match(end.facts, / · 0 bytes · binary$/);
  });

  test("shows what a script reads of the handshake", async () => {
    await inspector.connect("/echo");
    await inspector.status("Open");
    const { KaazingWebSocket, handshake } = await inspector.outcome();
    assert.equal(KaazingWebSocket.url, `ws://${demo.host}/echo`);
    assert.equal(handshake.status, "101");
    assert.equal(handshake.url, `ws://${demo.host}/echo`);
    assert.equal(handshake.redirects, "none");
    assert.equal(handshake.challenges, "0");
    assert.notEqual(handshake.headers, "none");
  });

  test("lists text and bytes that it sends and gets back", async () => {
    await inspector.connect("/echo");
    await inspector.status("Open");
    await inspector.fill("#send-text", "Grüße <b>");
    await inspector.page.click("#send-button");
    await inspector.messages(2);
    await inspector.page.click("#send-binary");
    const messages = await inspector.messages(4);
    assert.deepEqual(
      messages.map(({ direction, type, text }) => [direction, type, text]),
      [
        ["sent", "text", "Grüße <b>"],
        ["received", "text", "Grüße <b>"],
        ["sent", "binary", "4b 48 50 00 7f 80 fe ff"],
        ["received", "binary", "4b 48 50 00 7f 80 fe ff"],
      ],
    );
    assert.match(
      messages[1].facts,
      /^received · \+\d+\.\d ms · text · 11 bytes$/,
    );
  });

  test("keeps the log bounded", async () => {
    await inspector.connect("/echo");
    await inspector.status("Open");
    await inspector.page.evaluate(() => {
      const button = /** @type {HTMLButtonElement} */ (
        document.querySelector("#send-binary")
      );
      for (let i = 0; i < 150; i++) button.click();
    });
    await inspector.page.waitForFunction(
      () =>
        document.querySelector("#log-dropped")?.textContent ===
        "100 older messages are not shown.",
    );
    assert.equal((await inspector.messages(200)).length, 200);
  });

  test("closes, and connects again", async () => {
    await inspector.connect("/echo");
    await inspector.status("Open");
    await inspector.page.click("#close-button");
    assert.equal(await inspector.status("Closed"), "Closed: code 1000.");
    assert.match(
      (await inspector.stepsWith("closed")).at(-1)?.title ?? "",
      /^Connection closed, code 1000$/,
    );
    await inspector.page.click("#connect-button");
    await inspector.status("Open");
    assert.deepEqual(kinds(await inspector.steps()), [...HANDSHAKE, "done"]);
  });
});

describe("/basic", () => {
  test("opens with the right password, which stands nowhere on the page", async () => {
    await inspector.connect("/basic");
    assert.deepEqual(await inspector.challenge(1), {
      Server: `ws://${demo.host}/basic`,
      Realm: "KHP demo",
      Scheme: "Basic",
      Attempt: "1",
    });
    await inspector.answer("joe", PASSWORD);
    await inspector.status("Open");
    const steps = await inspector.steps();
    assert.deepEqual(kinds(steps), [
      ...HANDSHAKE,
      "asked",
      "answered",
      "request",
      "response",
      "end",
      "done",
    ]);
    const [first, second] = all(steps, "request");
    assert.doesNotMatch(first.text, /Authorization/i);
    assert.match(second.text, /^Authorization: Basic ••••$/im);
    const everything = await inspector.everything();
    assert.ok(!everything.includes(PASSWORD), "the password is on the page");
    assert.ok(
      !everything.includes(CREDENTIALS),
      "the credentials are on the page",
    );
    assert.equal((await inspector.outcome()).handshake.challenges, "1");
  });

  test("asks again after a wrong password", async () => {
    await inspector.connect("/basic");
    await inspector.challenge(1);
    await inspector.answer("joe", "sesame-7");
    assert.equal((await inspector.challenge(2)).Attempt, "2");
    assert.equal(
      await inspector.page.$eval("#login-note", (note) => note.textContent),
      "The server did not take that. Try again.",
    );
    await inspector.answer("", PASSWORD);
    await inspector.status("Open");
    const everything = await inspector.everything();
    for (const secret of [
      "sesame-7",
      btoa("joe:sesame-7"),
      PASSWORD,
      CREDENTIALS,
    ]) {
      assert.ok(!everything.includes(secret), `${secret} is on the page`);
    }
  });

  test("fails after three wrong passwords", async () => {
    await inspector.connect("/basic");
    for (const attempt of [1, 2, 3]) {
      await inspector.challenge(attempt);
      await inspector.answer(attempt === 1 ? "joe" : "", `wrong ${attempt}`);
    }
    await inspector.status("Failed");
    const { KaazingHandshakeError, handshake } = await inspector.outcome();
    assert.equal(KaazingHandshakeError.code, "unauthorized");
    assert.equal(KaazingHandshakeError.status, "401");
    assert.equal(handshake.status, "401");
    assert.equal(all(await inspector.steps(), "request").length, 4);
  });

  for (const [how, cancel] of /** @type {[string, () => Promise<void>][]} */ ([
    ["by Escape", () => inspector.page.keyboard.press("Escape")],
    ["by the Cancel button", () => inspector.page.click("#login-cancel")],
  ])) {
    test(`gives up ${how}`, async () => {
      await inspector.connect("/basic");
      await inspector.challenge(1);
      await inspector.page.keyboard.type("joe");
      await cancel();
      await inspector.status("Failed");
      const steps = await inspector.stepsWith("closed");
      assert.equal(
        all(steps, "answered")[0].title,
        "No password: the person gave up",
      );
      assert.equal(all(steps, "closing")[0].title, "Close, code 4401");
      assert.equal(all(steps, "request").length, 1);
      assert.equal(
        (await inspector.outcome()).KaazingHandshakeError.code,
        "unauthorized",
      );
    });
  }

  test("never shows the username and password of a URL", async () => {
    await inspector.fill("#url", `ws://joe:sesame-7@${demo.host}/forbidden`);
    await inspector.page.click("#connect-button");
    await inspector.status("Failed");
    await inspector.stepsWith("closed");
    await inspector.fill("#url", "");
    assert.ok(!(await inspector.everything()).includes("sesame-7"));
  });
});

describe("/redirect", () => {
  test("is followed, and shown", async () => {
    await inspector.connect("/redirect");
    await inspector.status("Open");
    const steps = await inspector.steps();
    assert.match(
      all(steps, "response")[0].text,
      /^HTTP\/1\.1 302 [^]*^Location: /im,
    );
    assert.equal(
      all(steps, "moved")[0].title,
      `Moves on to ws://${demo.host}/echo`,
    );
    assert.deepEqual(
      all(steps, "opening-request").map(({ facts }) =>
        facts.split(" · ").at(-1),
      ),
      ["connection 1", "connection 2"],
    );
    const { KaazingWebSocket, handshake } = await inspector.outcome();
    assert.equal(KaazingWebSocket.url, `ws://${demo.host}/echo`);
    assert.equal(handshake.redirects, `ws://${demo.host}/redirect`);
    await inspector.page.click("#send-button");
    assert.deepEqual(
      (await inspector.messages(2)).map(({ direction, text }) => [
        direction,
        text,
      ]),
      [
        ["sent", "Hello"],
        ["received", "Hello"],
      ],
    );
  });

  test("fails where redirects are not to be followed", async () => {
    await inspector.page.select("#redirect", "error");
    await inspector.connect("/redirect");
    await inspector.status("Failed");
    const { KaazingHandshakeError } = await inspector.outcome();
    assert.equal(KaazingHandshakeError.code, "redirect");
    assert.equal(KaazingHandshakeError.status, "302");
    assert.equal(all(await inspector.steps(), "moved").length, 0);
  });
});

describe("/forbidden", () => {
  test("shows the status, the body and the close code", async () => {
    await inspector.connect("/forbidden");
    assert.equal(await inspector.status("Failed"), "Failed: status 403.");
    const steps = await inspector.stepsWith("closed");
    const [response] = all(steps, "response");
    assert.match(
      response.text,
      /^HTTP\/1\.1 403 [^]*\n\n\S/,
      "a head, a blank line and a body",
    );
    assert.equal(all(steps, "closing")[0].title, "Close, code 4403");
    assert.equal(all(steps, "failed").length, 1);
    const { KaazingHandshakeError, handshake } = await inspector.outcome();
    assert.equal(KaazingHandshakeError.code, "status");
    assert.equal(KaazingHandshakeError.status, "403");
    assert.equal(KaazingHandshakeError.url, `ws://${demo.host}/forbidden`);
    assert.notEqual(KaazingHandshakeError.message, "none");
    assert.equal(handshake.status, "403");
  });
});

describe("/slow", () => {
  test("opens", async () => {
    await inspector.connect("/slow");
    await inspector.status("Open");
    const steps = await inspector.steps();
    const [sent, received] = ["request", "response"].map((kind) =>
      parseFloat(all(steps, kind)[0].facts.split("+")[1]),
    );
    assert.ok(received - sent > 2900, `${received} - ${sent} ms is not slow`);
  });

  test("fails at the time limit", async () => {
    await inspector.fill("#timeout", "400");
    await inspector.connect("/slow");
    await inspector.status("Failed");
    assert.equal(
      (await inspector.outcome()).KaazingHandshakeError.code,
      "timeout",
    );
  });

  test("can be closed before it opens", async () => {
    await inspector.connect("/slow");
    await inspector.stepsWith("request");
    await inspector.page.click("#close-button");
    await inspector.status("Failed");
    assert.equal(
      (await inspector.outcome()).KaazingHandshakeError.code,
      "aborted",
    );
  });
});

describe("the page", () => {
  test("is used by keyboard alone", async () => {
    const { keyboard } = inspector.page;
    await keyboard.press("Tab");
    await keyboard.press("ArrowDown");
    assert.equal(
      await inspector.page.$eval(
        "#url",
        (url) => /** @type {any} */ (url).value,
      ),
      `ws://${demo.host}/basic`,
    );
    for (const id of [
      "url",
      "protocols",
      "redirect",
      "timeout",
      "connect-button",
    ]) {
      await keyboard.press("Tab");
      assert.equal(await inspector.focused(), id);
    }
    await keyboard.press("Enter");
    await inspector.challenge(1);
    await inspector.answer("joe", PASSWORD);
    await inspector.status("Open");
    assert.equal(await inspector.focused(), "connect-button");
    for (const id of ["close-button", "send-text"]) {
      await keyboard.press("Tab");
      assert.equal(await inspector.focused(), id);
    }
    await keyboard.press("Enter");
    await inspector.messages(2);
    await keyboard.down("Shift");
    await keyboard.press("Tab");
    await keyboard.up("Shift");
    await keyboard.press("Enter");
    await inspector.status("Closed");
    assert.equal(await inspector.focused(), "connect-button");
  });

  test("says what is wrong with a URL, and lets go of the socket before", async () => {
    await inspector.connect("/echo");
    await inspector.status("Open");
    await inspector.fill("#url", "ftp://joe:sesame-7@127.0.0.1/");
    await inspector.page.click("#connect-button");
    const status = await inspector.status("Not connected: ");
    assert.match(String(status), /ftp/);
    assert.doesNotMatch(String(status), /sesame-7/);
    for (const control of ["#close-button", "#send-text"]) {
      assert.ok(
        await inspector.page.$eval(control, (it) => it.matches(":disabled")),
        `${control} is of no use`,
      );
    }
    await inspector.connect("/echo");
    await inspector.status("Open");
  });

  test("says how to get the library where it is missing", async () => {
    const { page } = inspector;
    await page.setRequestInterception(true);
    page.on("request", (request) =>
      request.url().endsWith(".iife.js")
        ? request.respond({ status: 404 })
        : request.continue(),
    );
    await page.reload();
    await page.waitForSelector("#missing:not([hidden])");
    assert.match(
      (await page.$eval("#missing", (notice) => notice.textContent)) ?? "",
      /\.\/build\.sh build/,
    );
    assert.ok(
      await page.$eval("#connect-button", (button) =>
        button.matches(":disabled"),
      ),
    );
  });

  test("runs no script but its own files", async () => {
    const blocked = await inspector.page.evaluate(() => {
      const violation = new Promise((resolve) =>
        document.addEventListener("securitypolicyviolation", resolve),
      );
      const script = document.createElement("script");
      script.textContent = "throw new Error('an inline script ran')";
      document.head.append(script);
      return violation.then((event) => event.effectiveDirective);
    });
    assert.equal(blocked, "script-src-elem");
    inspector.errors = inspector.errors.filter(
      (error) => !error.includes("inline script"),
    );
  });

  test("fits a phone, with targets that a finger can hit", async () => {
    const { page } = inspector;
    await page.setViewport({ width: 390, height: 844 });
    await inspector.connect("/forbidden");
    await inspector.stepsWith("closed");
    assert.equal(
      await page.evaluate(() => document.documentElement.scrollWidth),
      390,
    );
    const small = await page.$$eval(
      "button, input:not([type=radio]), select, label:has(input), .jump a",
      (controls) =>
        controls
          .filter(
            (control) =>
              control.checkVisibility() &&
              control.getBoundingClientRect().height < 44,
          )
          .map((control) => control.outerHTML),
    );
    assert.deepEqual(small, []);
  });

  test("watches sockets without changing them", async () => {
    const found = await inspector.page.evaluate(async () => {
      const socket = new WebSocket(`ws://${location.host}/echo`);
      const binaryType = socket.binaryType;
      await new Promise((resolve) => (socket.onopen = resolve));
      const early = (() => {
        try {
          return String(new /** @type {any} */ (WebSocket)());
        } catch (error) {
          return /** @type {Error} */ (error).name;
        }
      })();
      socket.send("one");
      const { data, isTrusted } = await new Promise(
        (resolve) => (socket.onmessage = resolve),
      );
      socket.close();
      const { code } = await new Promise(
        (resolve) => (socket.onclose = resolve),
      );
      return {
        binaryType,
        early,
        data,
        isTrusted,
        code,
        length: WebSocket.length,
        name: WebSocket.name,
      };
    });
    assert.deepEqual(found, {
      binaryType: "blob",
      early: "TypeError",
      data: "one",
      isTrusted: true,
      code: 1005,
      length: 1,
      name: "WebSocket",
    });
  });
});
