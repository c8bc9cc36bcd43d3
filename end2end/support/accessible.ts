import { type Page, expect } from "@playwright/test";
import axe from "axe-core";
import { DESKTOP, PHONE } from "./sizes";

/** Every rule there is: best practice, AAA and experimental ones too. */
const EVERY_RULE = Object.fromEntries(axe.getRules().map(({ ruleId }) => [ruleId, { enabled: true }]));

/** What another theme can break: colours. */
const RULES_ON_COLOUR = axe.getRules(["cat.color"]).map(({ ruleId }) => ruleId);

/** What is wrong with the page on the screen: rule, element, and what to do. */
async function violations(page: Page, options: axe.RunOptions): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in window))) {
    await page.evaluate(axe.source);
  }
  const { violations } = await page.evaluate(
    (options) => window.axe.run(document, { ...options, resultTypes: ["violations"] }),
    options,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, html, failureSummary }) => `${id}: ${target.join(" ")}\n${html}\n${failureSummary ?? ""}`),
  );
}

/** Asks axe about the page on the screen, in both themes and at these widths. */
export async function expectAccessible(page: Page, sizes = [DESKTOP, PHONE]): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    for (const size of sizes) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize(size);
      const options = colorScheme === "light" ? { rules: EVERY_RULE } : { runOnly: RULES_ON_COLOUR };
      expect.soft(await violations(page, options), `${colorScheme}, ${size.width} px`).toEqual([]);
    }
  }
}
