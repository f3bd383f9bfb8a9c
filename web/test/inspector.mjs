// What the tests of the page need: the demo server, a browser, and the page as a person meets it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import puppeteer from "puppeteer-core";

const KHPD = fileURLToPath(new URL("../../dist/khpd", import.meta.url));
const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const PATIENCE = 30_000;

/** Starts the demo server on a free port and reads its address. */
export async function startDemo() {
  const child = spawn(KHPD, ["demo", "--listen", "127.0.0.1:0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child, "spawn");
  const ended = once(child, "exit");
  for await (const line of createInterface(child.stdout)) {
    const url = /^khpd: listening on (http:\/\/\S+)$/.exec(line)?.[1];
    if (!url) continue;
    const stop = async () => {
      child.kill();
      await ended;
    };
    return { url, host: new URL(url).host, stop };
  }
  throw new Error("khpd demo ended without saying where it listens");
}

export function startBrowser() {
  return puppeteer.launch({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** The page, by what a person sees of it and does with it. */
export class Inspector {
  /** @param {import("puppeteer-core").Page} page */
  constructor(page) {
    this.page = page;
    /** @type {string[]} */
    this.errors = [];
    page.setDefaultTimeout(PATIENCE);
    page.on("pageerror", (error) => this.errors.push(String(error)));
    page.on("console", (message) => {
      if (/Content Security Policy/.test(message.text())) {
        this.errors.push(message.text());
      }
    });
  }

  /**
   * @param {import("puppeteer-core").Browser} browser
   * @param {string} url
   */
  static async open(browser, url) {
    const inspector = new Inspector(await browser.newPage());
    await inspector.page.setViewport({ width: 1280, height: 900 });
    await inspector.page.goto(url);
    return inspector;
  }

  /** @param {string} path one of the demo server's */
  async connect(path) {
    await this.page.click(`input[value="${path}"]`);
    await this.page.click("#connect-button");
  }

  /**
   * Fills a field, whatever was in it.
   * @param {string} selector
   * @param {string} text
   */
  async fill(selector, text) {
    await this.page.click(selector, { count: 3 });
    await this.page.keyboard.press("Backspace");
    await this.page.type(selector, text);
  }

  /**
   * Waits for the status line to begin so, and returns it.
   * @param {string} beginning
   */
  async status(beginning) {
    const found = await this.page.waitForFunction(
      (beginning) => {
        const text = document.querySelector("#status")?.textContent ?? "";
        return text.startsWith(beginning) && text;
      },
      {},
      beginning,
    );
    return found.jsonValue();
  }

  /**
   * Waits for the dialog to ask for this attempt, and returns what it says.
   * @param {number} attempt
   */
  async challenge(attempt) {
    await this.page.waitForFunction(
      (attempt) =>
        document.querySelector("dialog[open] dd:last-of-type")?.textContent ===
        attempt,
      {},
      String(attempt),
    );
    return this.facts("#login-facts");
  }

  /**
   * Types into the dialog as it has the focus, and sends it off by Enter.
   * @param {string} username nothing where the dialog has kept it
   * @param {string} password
   */
  async answer(username, password) {
    const { keyboard } = this.page;
    if (username) {
      await keyboard.type(username);
      await keyboard.press("Tab");
    }
    await keyboard.type(password);
    await keyboard.press("Enter");
  }

  /** The steps of the timeline. */
  steps() {
    return this.page.$$eval("#timeline > li", (rows) =>
      rows.map((row) => ({
        from: row.dataset.from,
        kind: row.dataset.kind,
        title: row.querySelector("h3")?.textContent ?? "",
        facts: row.querySelector(".step-facts")?.textContent ?? "",
        text: row.querySelector("pre")?.textContent ?? "",
      })),
    );
  }

  /**
   * Waits for a step of this kind, and returns all steps.
   * @param {string} kind
   */
  async stepsWith(kind) {
    await this.page.waitForSelector(`#timeline > li[data-kind="${kind}"]`);
    return this.steps();
  }

  /**
   * The names and values of one list.
   * @param {string} selector
   * @returns {Promise<Record<string, string>>}
   */
  facts(selector) {
    return this.page.$eval(selector, (list) =>
      Object.fromEntries(
        [...list.querySelectorAll("dt")].map((term) => [
          term.textContent,
          term.nextElementSibling?.textContent ?? "",
        ]),
      ),
    );
  }

  /** What ws.url, ws.handshake and the error have, by the titles of the page. */
  async outcome() {
    const titles = await this.page.$$eval("#outcome h3", (all) =>
      all.map((title) => title.textContent),
    );
    const groups = titles.map(async (title, i) => [
      title,
      await this.facts(`#outcome dl:nth-of-type(${i + 1})`),
    ]);
    return Object.fromEntries(await Promise.all(groups));
  }

  /**
   * Waits for so many messages in the console, and returns them.
   * @param {number} count
   */
  async messages(count) {
    await this.page.waitForFunction(
      (count) => document.querySelectorAll("#log-list > li").length >= count,
      {},
      count,
    );
    return this.page.$$eval("#log-list > li", (rows) =>
      rows.map((row) => ({
        direction: row.dataset.direction,
        type: row.dataset.type,
        facts: row.querySelector(".message-facts")?.textContent ?? "",
        text: row.querySelector("pre")?.textContent ?? "",
      })),
    );
  }

  /** All that the page holds: its markup with every attribute, and what is in its fields. */
  everything() {
    return this.page.evaluate(() =>
      [
        document.documentElement.outerHTML,
        ...[...document.querySelectorAll("input")].map((input) => input.value),
      ].join("\n"),
    );
  }

  /** The id of the control that has the focus. */
  focused() {
    return this.page.evaluate(() => document.activeElement?.id ?? "");
  }
}
