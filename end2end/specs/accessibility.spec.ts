import type { Page } from "@playwright/test";
import axe from "axe-core";
import { SCENES } from "../support/scenes";
import { DESKTOP, PHONE, expect, test } from "../support/stage";

/** Every rule there is: best practice, AAA and experimental ones too. */
const EVERY_RULE = Object.fromEntries(axe.getRules().map(({ ruleId }) => [ruleId, { enabled: true }]));

/** What is wrong with the page on the screen: rule, element, and what to do. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(
    (rules) => window.axe.run(document, { rules, resultTypes: ["violations"] }),
    EVERY_RULE,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, html, failureSummary }) => `${id}: ${target.join(" ")}\n${html}\n${failureSummary ?? ""}`),
  );
}

for (const scene of SCENES) {
  test(`nothing is in the way of anybody: ${scene.name}`, async ({ show }) => {
    const page = await show(scene);
    for (const colorScheme of ["light", "dark"] as const) {
      for (const size of scene.phone ? [PHONE] : [DESKTOP, PHONE]) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await page.setViewportSize(size);
        expect.soft(await violations(page), `${colorScheme}, ${size.width} px`).toEqual([]);
      }
    }
  });
}
