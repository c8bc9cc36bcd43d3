import { defineConfig } from "@playwright/test";
import config from "./playwright.config";

/** Pictures of every page, to look at: `SHOTS=folder npm run shots`. They go into `test-results/shots` by default. */
export default defineConfig({ ...config, testDir: "shots", projects: [{ name: "pictures" }] });
