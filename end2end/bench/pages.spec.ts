import { writeFileSync } from "node:fs";
import { type Browser, type CDPSession, type Page, test } from "@playwright/test";
import { setting } from "../support/settings";
import { at } from "../support/steps";
import { alive, enter } from "../support/test";

const ORIGIN = setting("BENCH_ORIGIN");
const RUNS = Number(setting("BENCH_RUNS"));

/** What browsers and test suites call slow 4G, and a phone that is four times slower than this machine. */
const SLOW = { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 750e3 / 8 };
const CPU = 4;

/** Bytes as they came over the wire, headers too. */
interface Bytes {
  code: number;
  html: number;
  rest: number;
}

interface Times {
  firstByte: number;
  firstPaint: number;
  alive: number;
}

async function open(browser: Browser): Promise<{ page: Page; cdp: CDPSession }> {
  const context = await browser.newContext({ baseURL: ORIGIN });
  await enter(context, ORIGIN, setting("BENCH_SESSION"));
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send("Network.enable");
  return { page, cdp };
}

/** Adds up what arrives from now on. */
function weigh(cdp: CDPSession): () => Bytes {
  const kinds = new Map<string, keyof Bytes>();
  const bytes: Bytes = { code: 0, html: 0, rest: 0 };
  cdp.on("Network.responseReceived", ({ requestId, response }) => {
    const type = response.mimeType;
    const kind = /wasm|javascript/.test(type) ? "code" : type === "text/html" ? "html" : "rest";
    kinds.set(requestId, kind);
  });
  cdp.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    bytes[kinds.get(requestId) ?? "rest"] += encodedDataLength;
  });
  return () => ({ ...bytes });
}

async function quiet(page: Page): Promise<void> {
  await alive(page);
  await page.waitForLoadState("networkidle");
}

const ROUTES = [
  { name: "Users", open: (page: Page) => page.goto(at.users) },
  { name: "Projects", open: (page: Page) => follow(page, "Projects management", "Projects") },
  { name: "Budgets", open: (page: Page) => follow(page, "Budgets management", "Budgets") },
  { name: "My access", open: (page: Page) => follow(page, "My access", "My access") },
  { name: "Profile", open: (page: Page) => follow(page, "Profile", "Appearance") },
];

async function follow(page: Page, link: string, heading: string): Promise<void> {
  await page.getByRole("link", { name: link, exact: true }).first().click();
  await page.getByRole("heading", { name: heading, exact: true }).first().waitFor();
}

test("bytes of the first page and of each after it", async ({ browser }) => {
  const { page, cdp } = await open(browser);
  const weighed = weigh(cdp);
  const routes: { name: string; bytes: Bytes }[] = [];
  let before: Bytes = { code: 0, html: 0, rest: 0 };
  for (const route of ROUTES) {
    await route.open(page);
    await quiet(page);
    const now = weighed();
    const bytes = { code: now.code - before.code, html: now.html - before.html, rest: now.rest - before.rest };
    routes.push({ name: route.name, bytes });
    before = now;
  }
  writeFileSync(`${setting("BENCH_RESULTS")}/bytes.json`, JSON.stringify(routes));
  await page.context().close();
});

test("times of the first page on a slow line and a slow phone", async ({ browser }) => {
  test.setTimeout(RUNS * 120_000);
  const all: { cold: Times; warm: Times }[] = [];
  for (const _ of Array(RUNS).keys()) {
    const { page, cdp } = await open(browser);
    await cdp.send("Network.emulateNetworkConditions", SLOW);
    await cdp.send("Emulation.setCPUThrottlingRate", { rate: CPU });
    const cold = await times(page);
    const warm = await times(page);
    all.push({ cold, warm });
    await page.context().close();
  }
  writeFileSync(`${setting("BENCH_RESULTS")}/times.json`, JSON.stringify(all));
});

/** Milliseconds from asking until the first byte, until something shows, and until the scripts have taken over. */
async function times(page: Page): Promise<Times> {
  await page.goto("about:blank");
  await page.goto(`${at.users}?rows=50`, { waitUntil: "commit", timeout: 60_000 });
  await page.locator("html[data-alive]").waitFor({ state: "attached", timeout: 60_000 });
  return page.evaluate(async () => {
    const now = performance.now();
    const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
    const [paint] = performance.getEntriesByName("first-contentful-paint");
    return { firstByte: navigation?.responseStart ?? 0, firstPaint: paint?.startTime ?? 0, alive: now };
  });
}
