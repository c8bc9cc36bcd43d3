import { expectAccessible } from "../support/accessible";
import { test } from "../support/entra";
import { SCENES_BEHIND_PROVIDER } from "../support/scenes-behind-provider";
import { alive } from "../support/test";

for (const scene of SCENES_BEHIND_PROVIDER) {
  test(`axe finds no violation with an identity provider: ${scene.name}`, async ({ enterAs, page }) => {
    const shown = await scene.play(enterAs, page);
    await alive(shown);
    await expectAccessible(shown);
  });
}
