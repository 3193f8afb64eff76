import { defineConfig } from "@playwright/test";
import { gateway } from "./e2e/platform";

const chromium = process.env["SURE_CHROMIUM"] ?? "/usr/bin/chromium";

export default defineConfig({
  testDir: "e2e",
  // Pictures are made anew on purpose, not by every run: a figure that moved is no reason for another file.
  testIgnore: process.env["RENEW_SCREENSHOTS"] === undefined ? "screenshots.spec.ts" : [],
  // One browser at a time: the platform shares the machine. What is waited for comes within a second or two where nothing else runs.
  workers: 1,
  timeout: 240_000,
  expect: { timeout: 60_000 },
  reporter: [["list"]],
  use: {
    baseURL: gateway,
    actionTimeout: 60_000,
    locale: "en-GB",
    timezoneId: "Europe/Zurich",
    launchOptions: { executablePath: chromium, args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] },
  },
});
