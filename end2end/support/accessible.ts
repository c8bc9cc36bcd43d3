import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Page, expect } from "@playwright/test";
import axe from "axe-core";
import { DESKTOP, PHONE } from "./sizes";

/** Every rule there is: best practice, AAA and experimental ones too. */
const EVERY_RULE = Object.fromEntries(axe.getRules().map(({ ruleId }) => [ruleId, { enabled: true }]));

/** What another theme can break: colours. */
const RULES_ON_COLOUR = axe.getRules(["cat.color"]).map(({ ruleId }) => ruleId);

/** Less for every page to read than `axe.source`. */
const SCRIPT = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

/** What is wrong with the page on the screen: rule, element, and what to do. */
async function violations(page: Page, options: axe.RunOptions): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in window))) {
    await page.evaluate(SCRIPT);
  }
  const { violations } = await page.evaluate(
    (options) => window.axe.run(document, { ...options, resultTypes: ["violations"] }),
    options,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, html, failureSummary }) => `${id}: ${target.join(" ")}\n${html}\n${failureSummary ?? ""}`),
  );
}

/**
 * Asks axe about the page on the screen, at these widths. In the other theme it asks at the first of them alone: its
 * colours are the same at every width.
 */
export async function expectAccessible(page: Page, sizes = [DESKTOP, PHONE]): Promise<void> {
  for (const [colorScheme, widths, options] of [
    ["light", sizes, { rules: EVERY_RULE }],
    ["dark", sizes.slice(0, 1), { runOnly: RULES_ON_COLOUR }],
  ] as const) {
    for (const size of widths) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize(size);
      expect.soft(await violations(page, options), `${colorScheme}, ${size.width} px`).toEqual([]);
    }
  }
}
