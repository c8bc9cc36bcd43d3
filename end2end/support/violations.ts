import type { Page } from "@playwright/test";
import axe from "axe-core";

/** Every rule there is: best practice, AAA and experimental ones too. */
const EVERY_RULE = Object.fromEntries(axe.getRules().map(({ ruleId }) => [ruleId, { enabled: true }]));

/** What is wrong with the page on the screen: rule, element, and what to do. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(
    (rules) => window.axe.run(document, { rules, resultTypes: ["violations"] }),
    EVERY_RULE,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, html, failureSummary }) => `${id}: ${target.join(" ")}\n${html}\n${failureSummary ?? ""}`),
  );
}
