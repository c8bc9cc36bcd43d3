import { SCENES } from "../support/scenes";
import { DESKTOP, PHONE, expect, test } from "../support/stage";
import { violations } from "../support/violations";

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
