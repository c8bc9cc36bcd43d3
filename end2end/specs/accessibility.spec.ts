import { expectAccessible } from "../support/accessible";
import { expectReflow } from "../support/reflow";
import { SCENES } from "../support/scenes";
import { PHONE } from "../support/sizes";
import { test } from "../support/stage";

for (const scene of SCENES) {
  test(`axe finds no violation, and nothing scrolls the page sideways: ${scene.name}`, async ({ show }) => {
    const page = await show(scene);
    if (!scene.phone) {
      await expectReflow(page);
    }
    await expectAccessible(page, scene.phone && [PHONE]);
  });
}
