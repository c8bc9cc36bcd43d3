import { expectAccessible } from "../support/accessible";
import { SCENES } from "../support/scenes";
import { PHONE } from "../support/sizes";
import { test } from "../support/stage";

for (const scene of SCENES) {
  test(`axe finds no violation: ${scene.name}`, async ({ show }) => {
    await expectAccessible(await show(scene), scene.phone && [PHONE]);
  });
}
