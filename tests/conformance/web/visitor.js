// A person in front of a page: finds, reads, clicks and types, and keeps screenshots.
"use strict";

const { mkdirSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { Chromium } = require("./chromium");

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

class Visitor {
  static async start(screenshots) {
    const visitor = new Visitor();
    visitor.browser = await Chromium.start([], []);
    visitor.screenshots = screenshots;
    mkdirSync(screenshots, { recursive: true });
    return visitor;
  }

  stop() {
    return this.browser.stop();
  }

  open(url) {
    return this.browser.post("/url", { url });
  }

  async element(selector) {
    const found = await this.browser.post("/element", { using: "css selector", value: selector });
    return `/element/${found[ELEMENT]}`;
  }

  async click(selector) {
    await this.browser.post(`${await this.element(selector)}/click`, {});
  }

  async type(selector, text) {
    const element = await this.element(selector);
    await this.browser.post(`${element}/clear`, {});
    await this.browser.post(`${element}/value`, { text });
  }

  // Presses a key where the focus is.
  async press(key) {
    const actions = ["keyDown", "keyUp"].map((type) => ({ type, value: key }));
    await this.browser.post("/actions", { actions: [{ type: "key", id: "keyboard", actions }] });
  }

  // Waits until a function of the page returns something, and returns it.
  async until(inPage, ...args) {
    const poll = `async (...args) => {
      for (let tries = 0; tries < 600; tries++) {
        const value = (${inPage})(...args);
        if (value) return value;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error("not found after 30 s: " + document.body.innerText);
    }`;
    const { value, error } = await this.browser.run(poll, ...args);
    if (error) throw new Error(error.message);
    return value;
  }

  // Waits for a visible element whose text matches, and returns the text.
  reads(selector, expected) {
    const inPage = (selector, source) => {
      const shown = [...document.querySelectorAll(selector)].filter((one) => one.checkVisibility());
      return shown.map((one) => one.innerText).find((text) => new RegExp(source).test(text));
    };
    return this.until(inPage, selector, expected.source);
  }

  // How wide the page is shown, in CSS pixels, and whether "light" or "dark".
  async show(width, scheme) {
    const mobile = width < 600;
    const size = (height) => ({ width, height, deviceScaleFactor: 1, mobile });
    await this.cdp("Emulation.setDeviceMetricsOverride", size(700));
    const features = [{ name: "prefers-color-scheme", value: scheme }];
    await this.cdp("Emulation.setEmulatedMedia", { features });
    // A screen as high as the page, so that a picture has all of it.
    const height = await this.until(() => document.documentElement.scrollHeight);
    await this.cdp("Emulation.setDeviceMetricsOverride", size(height));
  }

  async photograph(name) {
    const { data } = await this.cdp("Page.captureScreenshot", {});
    writeFileSync(join(this.screenshots, `${name}.png`), Buffer.from(data, "base64"));
  }

  cdp(cmd, params) {
    return this.browser.post("/goog/cdp/execute", { cmd, params });
  }
}

module.exports = { Visitor };
