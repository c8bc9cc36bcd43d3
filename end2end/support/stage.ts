import type { Page } from "@playwright/test";
import { MAINTAINER } from "./console";
import { type Cast, type Scene, cast, emailOf } from "./scenes";
import { DESKTOP, PHONE } from "./sizes";
import { alive, test as base } from "./test";

export { expect } from "./test";

interface Stage {
  /** Opens a page in the state of a scene. */
  show: (scene: Scene) => Promise<Page>;
}

export const test = base.extend<Stage, { who: Cast }>({
  who: [async ({ people }, use) => use(await cast(people, MAINTAINER)), { scope: "worker" }],

  show: async ({ page, open, people, who, faults, scripts }, use) => {
    await use(async (scene) => {
      if (scene.status !== undefined) {
        faults.allow(new RegExp(`status of ${scene.status}`));
      }
      const shown = scene.who === "nobody" ? page : await open(emailOf(scene.who, who));
      await shown.setViewportSize(scene.phone ? PHONE : DESKTOP);
      await shown.emulateMedia({ reducedMotion: "reduce" });
      await shown.goto(scene.address(who));
      await alive(shown, scripts && !scene.withoutScripts);
      await scene.play?.(shown, people, who);
      return shown;
    });
  },
});
