import type { Page } from "@playwright/test";
import { arrived, at, signIn, toast } from "../support/steps";
import { alive, enter, expect, test } from "../support/test";
import { PASSWORD } from "../support/visitor";
import { MAINTAINER } from "../support/console";

/** What a script is told once its session is over, and when somebody may not see a page. */
const SIGNED_OUT = /status of (401|404)/;
/** What the administrator typed. */
const TYPED = "Typed before the session ended: zażółć, 計, and\na second line.";

for (const scripts of [true, false]) {
  test.describe(`${scripts ? "with" : "without"} scripts`, () => {
    test.use({ javaScriptEnabled: scripts });

    test("a form sent after the session ended is shown again after signing in, as it was typed", async ({ page, context, bursar, people, faults }) => {
      faults.allow(SIGNED_OUT);
      const ada = await people.add("Zelda Ended", "admin");
      const project = await people.addProject();
      await enter(context, bursar.origin, (await people.signIn(ada.email)).session);
      await page.goto(at.editProject(project));
      await alive(page, scripts);
      await page.getByLabel(/^Description/).fill(TYPED);
      await people.maintainer.send("/act/users/end-sessions", { person: ada.id });
      await page.getByRole("button", { name: "Save project" }).click();

      await arrived(page, "Sign in");
      await expect(page.getByRole("alert")).toHaveText("You were signed out. Sign in to continue; your input is kept.");
      await expect(page.getByLabel("E-mail")).toHaveValue(ada.email);
      expect(await page.content()).not.toContain("zażółć");
      await signIn(page, ada.email, "not the password at all");
      await expect(page.locator("[aria-invalid=true]").first()).toBeVisible();
      await expect(page.getByRole("alert").first()).toContainText("your input is kept");

      await signIn(page, ada.email, PASSWORD);
      await expect(page.getByLabel(/^Description/)).toHaveValue(TYPED);
      expect(new URL(page.url()).pathname).toBe(at.editProject(project));
      await expect(page.getByRole("alert")).toContainText("Your input is kept, but not saved yet.");
      await alive(page, scripts);
      await page.getByRole("button", { name: "Save project" }).click();
      await expect(toast(page)).toContainText("Project saved.");
      await expect(page.getByText("Typed before the session ended")).toBeVisible();
    });

    test("another user who signs in there never sees it", async ({ page, context, bursar, people, faults }) => {
      faults.allow(SIGNED_OUT);
      const ada = await people.add("Zelda Away", "admin");
      const eve = await people.add("Eve Next", "admin");
      const project = await people.addProject();
      await enter(context, bursar.origin, (await people.signIn(ada.email)).session);
      await page.goto(at.editProject(project));
      await alive(page, scripts);
      await page.getByLabel(/^Description/).fill(TYPED);
      await people.maintainer.send("/act/users/end-sessions", { person: ada.id });
      await page.getByRole("button", { name: "Save project" }).click();
      await arrived(page, "Sign in");

      await signIn(page, eve.email, PASSWORD);
      await expect(page.getByLabel(/^Description/)).toHaveValue("Made for a test.");
      expect(await page.content()).not.toContain("Typed before");
      const cookies = await context.cookies();
      expect(cookies.map((cookie) => cookie.name), "it is gone for good").not.toContain("__Host-bursar-kept-form");
    });

    test("a form that another user opened in this browser is not sent as the one who is signed in now", async ({ page, context, bursar, people, faults }) => {
      faults.allow(/status of 409/);
      const ada = await people.add("Zelda Before", "admin");
      const eve = await people.add("Eve After", "admin");
      const project = await people.addProject();
      await enter(context, bursar.origin, (await people.signIn(ada.email)).session);
      await page.goto(at.editProject(project));
      await alive(page, scripts);
      await page.getByLabel(/^Description/).fill(TYPED);
      await enter(context, bursar.origin, (await people.signIn(eve.email)).session);
      await page.getByRole("button", { name: "Save project" }).click();
      await expect(page.getByRole("alert")).toContainText("Another user opened this page before you signed in.");
      await page.goto(at.project(project));
      await expect(page.getByText("Made for a test.")).toBeVisible();
    });
  });
}

const ENDINGS: Record<string, (page: Page, name: string) => Promise<void>> = {
  "the role of a member": async (page, name) => {
    const row = page.getByRole("row").filter({ hasText: name });
    await row.getByRole("combobox").selectOption("admin");
    await row.getByRole("button", { name: /^Change/ }).click();
  },
  "the removal of a member": async (page, name) => {
    await page.getByRole("button", { name: new RegExp(`^Remove ${name}`) }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove from project" }).click();
  },
};

for (const [what, send] of Object.entries(ENDINGS)) {
  test(`${what} sent after the session ended leads to the sign-in page without a fault, also on Back`, async ({ open, people, faults }) => {
    faults.allow(SIGNED_OUT);
    const ada = await people.add("Zelda Gone", "admin");
    const ben = await people.add("Ben Member");
    const project = await people.addProject();
    await people.addMember(project, ben);
    const page = await open(ada.email);
    await page.goto(at.users);
    await alive(page);
    await page.goto(at.project(project));
    await alive(page);
    await people.maintainer.send("/act/users/end-sessions", { person: ada.id });
    await send(page, ben.name);
    await arrived(page, "Sign in");
    await expect(page.getByRole("alert")).toContainText("You were signed out.");
    await page.goBack();
    await arrived(page, "Sign in");
  });
}

test("what is read after the session ended leads to the sign-in page without a fault", async ({ open, people, faults }) => {
  faults.allow(SIGNED_OUT);
  const ada = await people.add("Zelda Reader", "admin");
  const page = await open(ada.email);
  await page.goto(at.users);
  await alive(page);
  await people.maintainer.send("/act/users/end-sessions", { person: ada.id });
  await page.getByRole("searchbox").first().fill("amara");
  await arrived(page, "Sign in");
});

test("signing out on purpose leaves nothing for the next sign-in", async ({ page, context, bursar, people, faults }) => {
  faults.allow(SIGNED_OUT);
  const ada = await people.add("Zelda Leaver", "admin");
  const project = await people.addProject();
  await enter(context, bursar.origin, (await people.signIn(ada.email)).session);
  await page.goto(at.editProject(project));
  await alive(page);
  await people.maintainer.send("/act/users/end-sessions", { person: ada.id });
  await page.getByRole("button", { name: "Save project" }).click();
  await arrived(page, "Sign in");
  await enter(context, bursar.origin, (await people.signIn(MAINTAINER)).session);
  await page.goto(at.myAccess);
  await page.getByRole("button", { name: /Account and settings/ }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await arrived(page, "Sign in");
  await expect(page.getByText("You were signed out.")).toHaveCount(0);
});
