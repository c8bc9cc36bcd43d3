import { defineConfig, type PlaywrightTestOptions } from "@playwright/test";
import { setting } from "./support/settings";
import type { Modes } from "./support/through-keycloak";

/** The system's browser as it runs in a container: unprivileged tricks off, nothing fetched behind our back. */
export const browser: Partial<PlaywrightTestOptions> & { launchOptions: object } = {
  launchOptions: {
    executablePath: setting("CHROMIUM", "/usr/bin/chromium"),
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // A name of this machine that is not a loopback address to the browser.
      "--host-resolver-rules=MAP bursar.lan 127.0.0.1",
    ],
  },
};

/** Tasks that must be possible with plain HTML as well. */
const BOTH_WAYS =
  /(alerts|main-job|budget-assignment|budget-deletion|budget-requests|budget-split|chooser|conflict|effective-access|first-sign-in|forms|budget-form|budget-spend|lists|litellm|names|overview|sessions|sign-out|plain-http|spending|keycloak\/(access-anomalies|doctor|import|sign-in|users-in-keycloak))\.spec\.ts/;
/** What must hold whoever manages roles. */
const BOTH_MODES = /keycloak\/(sign-in|own-rights|refresh|health)\.spec\.ts/;

export default defineConfig<object, Modes>({
  testDir: "specs",
  outputDir: "test-results",
  reporter: "list",
  workers: 2,
  fullyParallel: true,
  retries: 1,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 10_000 },
  use: {
    ...browser,
    viewport: { width: 1440, height: 1000 },
    locale: "en-GB",
    timezoneId: "UTC",
    // Recording takes a quarter of the browser's time: only what failed is recorded when it is tried again.
    trace: "on-first-retry",
    actionTimeout: 10_000,
    navigationTimeout: 20_000,
  },
  projects: [
    { name: "with scripts", use: { javaScriptEnabled: true } },
    { name: "without scripts", testMatch: BOTH_WAYS, use: { javaScriptEnabled: false } },
    { name: "Keycloak-managed", testMatch: BOTH_MODES, use: { mode: "Keycloak-managed" } },
  ],
});
