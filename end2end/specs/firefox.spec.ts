import type { Page } from "puppeteer-core";
import { MAINTAINER } from "../support/console";
import { test as throughEntra } from "../support/entra";
import { type Firefox, type SharedFirefox, alive, arrived, fill, firefox, press, sees, valueOf, visible } from "../support/firefox";
import { at } from "../support/steps";
import { expect, test as local } from "../support/test";
import { PASSWORD } from "../support/visitor";

const test = local.extend<Firefox, SharedFirefox>(firefox);
const withDetours = throughEntra.extend<Firefox, SharedFirefox>(firefox);
withDetours.use({ signOutDetours: 2 });
// One after the other: each worker would start a Firefox.
test.describe.configure({ mode: "default" });

/** On the button, on the link to it and above the form. */
const CREATE_USER = "Create user";
const QUINN = { name: "Quinn Adeyemi", email: "quinn.adeyemi@example.com" };
const WAYS = [
  { how: "with scripts", scripts: true },
  { how: "without scripts", scripts: false },
];

async function signIn(page: Page, email: string, password: string): Promise<void> {
  await arrived(page, "Sign in");
  await fill(page, "email", email);
  await fill(page, "password", password);
  await press(page, "Sign in");
}

/** Signs in with a one-time password, replaces it, and comes to the first page. */
async function signInFirst(page: Page, email: string, oneTimePassword: string, first: string): Promise<void> {
  await signIn(page, email, oneTimePassword);
  await arrived(page, "Choose a new password");
  await fill(page, "new_password", PASSWORD);
  await press(page, "Change password");
  await arrived(page, first);
}

for (const { how, scripts } of WAYS) {
  withDetours(`Firefox signs in and out at the provider ${how}`, async ({ bursar, openFirefox }) => {
    const name = `developer-${crypto.randomUUID().slice(0, 8)}`;
    const page = await openFirefox(scripts);
    await page.goto(`${bursar.origin}${at.profile}`);
    await press(page, "Continue with Microsoft");
    await fill(page, "login", name);
    await fill(page, "password", "any");
    await press(page, "Sign-in");
    await press(page, "Continue");
    await arrived(page, `Kim ${name}`);
    await (await page.waitForSelector("#sign-out button", { visible: true }))?.click();
    await press(page, "Yes, sign me out");
    await press(page, "Continue with Microsoft");
    await fill(page, "login", name);
    expect(page.url(), "the provider asks who it is once more").toContain("/interaction/");
  });

  test(`Firefox does the main job ${how}`, async ({ untouched, openFirefox }) => {
    const page = await openFirefox(scripts);
    const ready = () => (scripts ? alive(page) : Promise.resolve());

    await test.step("the administrator signs in, creates a user and finds her", async () => {
      await page.goto(`${untouched.origin}/`);
      await signInFirst(page, MAINTAINER, untouched.oneTimePassword(MAINTAINER), "Overview");
      await page.goto(`${untouched.origin}${at.users}`);
      await ready();
      await press(page, CREATE_USER);
      await arrived(page, CREATE_USER);
      await fill(page, "name", QUINN.name);
      await fill(page, "email", QUINN.email);
      await press(page, CREATE_USER);
      await arrived(page, QUINN.name);
    });
    const password = await (await page.waitForSelector("[role=alert] code"))?.evaluate((code) => code.textContent);

    await test.step("finds her by a part of the name", async () => {
      await page.goto(`${untouched.origin}${at.users}`);
      await ready();
      await fill(page, "q", "adeye");
      if (!scripts) {
        await page.keyboard.press("Enter");
      }
      await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
      await press(page, QUINN.name);
      await arrived(page, QUINN.name);
    });

    await test.step("creates a project, adds her and assigns a budget", async () => {
      await page.goto(`${untouched.origin}${at.newProject}`);
      await ready();
      await fill(page, "display_name", "Release notes");
      await fill(page, "name", "release-notes");
      await fill(page, "description", "Drafts the notes of every release.");
      await press(page, "Create project");
      await arrived(page, "Release notes");
      await ready();
      await (await visible(page, '//input[@id="add-member-person"]')).type(QUINN.email);
      await press(page, "Add member");
      await visible(page, `//tr[contains(., "${QUINN.name}")]`);
      await (await visible(page, '//input[@id="assign-platform-budget"]')).type("Platform engineering");
      await press(page, "Assign");
      await visible(page, '//a[contains(., "Platform engineering")]');
    });

    await test.step("the developer signs in and sees project and budget", async () => {
      const hers = await openFirefox(scripts);
      await hers.goto(`${untouched.origin}${at.project("release-notes")}`);
      await signInFirst(hers, QUINN.email, password ?? "", "Release notes");
      await visible(hers, '//section[contains(., "Platform engineering")]');
      await hers.goto(`${untouched.origin}${at.myAccess}`);
      await visible(hers, '//a[contains(., "Release notes")]');
    });
  });

  test(`Firefox shows a mistake at its field and keeps the rest ${how}`, async ({ bursar, people, openFirefox }) => {
    const ada = await people.add("Ada Mistaken", "maintainer");
    const page = await openFirefox(scripts);
    await page.goto(`${bursar.origin}${at.newBudget}`);
    await signIn(page, ada.email, PASSWORD);
    await arrived(page, "Create budget");
    if (scripts) {
      await alive(page);
    }
    await fill(page, "name", "Too soft");
    await fill(page, "soft_limit", "300");
    await fill(page, "hard_limit", "250");
    await press(page, "Create budget");
    await sees(page, "The soft limit is $50.00 above the hard limit.");
    expect(await valueOf(page, "name")).toBe("Too soft");
    expect(await valueOf(page, "soft_limit")).toBe("300");
    expect(await valueOf(page, "hard_limit")).toBe("250");
  });

  test(`Firefox signs out of a local account ${how}`, async ({ bursar, people, openFirefox }) => {
    const ada = await people.add("Ada Leaving");
    const page = await openFirefox(scripts);
    await page.goto(`${bursar.origin}${at.profile}`);
    await signIn(page, ada.email, PASSWORD);
    await arrived(page, ada.name);
    await (await page.waitForSelector("#sign-out button", { visible: true }))?.click();
    await arrived(page, "Sign in");
    await page.goto(`${bursar.origin}${at.profile}`);
    await arrived(page, "Sign in");
  });
}

test("Firefox opens a page by the palette", async ({ bursar, people, openFirefox }) => {
  const ada = await people.add("Ada Jumping", "admin");
  const page = await openFirefox(true);
  await page.goto(`${bursar.origin}${at.profile}`);
  await signIn(page, ada.email, PASSWORD);
  await arrived(page, ada.name);
  await alive(page);
  await page.keyboard.down("Control");
  await page.keyboard.press("k");
  await page.keyboard.up("Control");
  await visible(page, '//dialog//input');
  await page.keyboard.type("projects man");
  await visible(page, '//dialog//a[contains(., "Projects management")]');
  await page.keyboard.press("Enter");
  await arrived(page, "Projects");
});
