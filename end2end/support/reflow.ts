import { type Page, expect } from "@playwright/test";
import { DESKTOP } from "./sizes";

/** Window widths in CSS pixels; the first one is also a 1280 px window at 400 %. */
const WIDTHS = [320, 360, 768, 1024, 1440];
const ZOOMED = { width: 320, height: 256 };

/** Asks for what sticks out at each width of the window, where a user would have to scroll sideways to it. */
export async function expectReflow(page: Page): Promise<void> {
  for (const size of [...WIDTHS.map((width) => ({ ...DESKTOP, width })), ZOOMED]) {
    await page.setViewportSize(size);
    expect.soft(await sideways(page), `${size.width} x ${size.height} px`).toEqual([]);
  }
}

/** How far the page can be scrolled sideways, and what sticks out. */
async function sideways(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.scrollingElement ?? document.documentElement;
    const over = root.scrollWidth - root.clientWidth;
    if (over <= 0) {
      return [];
    }
    const wide = [...document.body.querySelectorAll("*")].filter((element) => {
      return element.getBoundingClientRect().right > root.clientWidth + 0.5;
    });
    return [`${over} px`, ...wide.slice(-5).map((element) => element.outerHTML.slice(0, 160))];
  });
}
