import { test } from "../support/entra";
import { SCENES_BEHIND_PROVIDER } from "../support/scenes-behind-provider";
import { alive } from "../support/test";
import { takePictures } from "./picture";

for (const scene of SCENES_BEHIND_PROVIDER) {
  test(scene.name, async ({ enterAs, page }) => {
    const shown = await scene.play(enterAs, page);
    await alive(shown);
    await takePictures(shown, scene);
  });
}
