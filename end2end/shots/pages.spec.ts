import { SCENES } from "../support/scenes";
import { test } from "../support/stage";
import { takePictures } from "./picture";

for (const scene of SCENES) {
  test(scene.name, async ({ show }) => takePictures(await show(scene), scene));
}
