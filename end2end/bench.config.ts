import { defineConfig } from "@playwright/test";
import config from "./playwright.config";

/** What `cargo xtask bench` measures in a browser. One after the other, and never twice. */
export default defineConfig({ ...config, testDir: "bench", workers: 1, retries: 0, projects: [{ name: "bench" }] });
