import type { Page } from "@playwright/test";
import { setting } from "../support/settings";
import { DESKTOP, PHONE } from "../support/sizes";

const FOLDER = setting("SHOTS", "test-results/shots");

/** Takes pictures of the page on the screen, in both themes and at both widths; or of a phone's alone. */
export async function takePictures(page: Page, scene: { name: string; phone?: true }): Promise<void> {
  const name = scene.name.replaceAll(/\W+/g, "-");
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    if (!scene.phone) {
      await page.setViewportSize(DESKTOP);
      await settled(page);
      await page.screenshot({ path: `${FOLDER}/${name}-${colorScheme}.png` });
    }
    await page.setViewportSize(PHONE);
    await settled(page);
    if (!scene.phone) {
      await page.setViewportSize({ ...PHONE, height: await height(page) });
    }
    await page.screenshot({ path: `${FOLDER}/${name}-${colorScheme}-phone.png` });
  }
}

/** The length of the page; a window as tall as that keeps the bar at the foot out of the middle. */
function height(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollHeight);
}

/** Waits for the fonts, which decide where lines break. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
}
