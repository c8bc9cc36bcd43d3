import type { Locator, Page } from "@playwright/test";
import { unique } from "../support/people";
import { SlowLine } from "../support/slow-line";
import { arrived, at, row, signIn, toast } from "../support/steps";
import { alive, enter, expect, test as base } from "../support/test";
import { MAINTAINER } from "../support/console";
import { PASSWORD, Visitor } from "../support/visitor";

/** What a browser says about an answer that it did not get, or that refuses. */
const NO_ANSWER = /net::ERR_|Failed to load resource/;

const test = base.extend<{ line: SlowLine; slow: Page }>({
  line: async ({ bursar }, use) => {
    const line = await SlowLine.to(bursar.origin);
    await use(line);
    line.close();
  },
  /** The maintainer's page on the slow line. */
  slow: async ({ page, context, line, people, faults }, use) => {
    faults.allow(NO_ANSWER);
    await enter(context, line.origin, (await people.signIn(MAINTAINER)).session);
    await use(page);
  },
});

for (const scripts of [true, false]) {
  test.describe(`${scripts ? "with" : "without"} scripts`, () => {
    test.use({ javaScriptEnabled: scripts });

    test("an impatient administrator creates one user and gets the one-time password", async ({ slow, line, bursar }) => {
      const email = `${unique("impatient")}@example.com`;
      await slow.goto(line.origin + at.newUser);
      await alive(slow, scripts);
      await fillUser(slow, "Zelda Impatient", email);
      line.holdBack(700);
      await press(slow.getByRole("button", { name: "Create user" }), 3);
      await arrived(slow, "Zelda Impatient");
      const password = await slow.locator("code.select-all").innerText();
      await Visitor.signedIn(bursar.origin, email, password);
      expect(line.posts.length).toBe(scripts ? 1 : 3);
      line.holdBack(0);
      await slow.goto(`${line.origin}${at.users}?q=${email}`);
      await expect(row(slow, "Zelda Impatient")).toHaveCount(1);
    });

    test("an impatient administrator creates one project and one budget and is told so", async ({ slow, line }) => {
      const name = unique("impatient");
      await slow.goto(line.origin + at.newProject);
      await alive(slow, scripts);
      await slow.getByLabel("Name", { exact: true }).fill(name);
      await slow.getByLabel(/^Description/).fill("Two\nlines");
      line.holdBack(700);
      await press(slow.getByRole("button", { name: "Create project" }), 2);
      await arrived(slow, name);
      await expect(toast(slow)).toContainText(`${name} created.`);

      line.holdBack(0);
      await slow.goto(line.origin + at.newBudget);
      await alive(slow, scripts);
      await fillBudget(slow, name);
      line.holdBack(700);
      await press(slow.getByRole("button", { name: "Create budget" }), 2);
      await arrived(slow, name);
      await expect(toast(slow)).toContainText("Budget created.");
    });

    test("pressed twice, a one-time password is issued once, and it is the one that is shown", async ({ slow, line, bursar, people }) => {
      const ada = await people.add("Zelda Reissued");
      await slow.goto(line.origin + at.user(ada.id));
      await alive(slow, scripts);
      await slow.getByRole("button", { name: "Issue one-time password" }).click();
      line.holdBack(700);
      await press(slow.getByRole("dialog").getByRole("button", { name: "Issue password" }), 2);
      const password = await slow.locator("code.select-all").innerText();
      await Visitor.signedIn(bursar.origin, ada.email, password);
    });

    test("a form whose answer was lost on the way leads to its result", async ({ slow, line, bursar }) => {
      const email = `${unique("lost")}@example.com`;
      await slow.goto(line.origin + at.newUser);
      await alive(slow, scripts);
      await fillUser(slow, "Zelda Lost", email);
      line.dropAnswers(1);
      await slow.getByRole("button", { name: "Create user" }).click();
      if (!scripts) {
        // The browser's own error page offers to load it again, which sends the form again.
        await slow.waitForURL(/chrome-error/).catch(() => undefined);
        await slow.reload();
      }
      await arrived(slow, "Zelda Lost");
      await Visitor.signedIn(bursar.origin, email, await slow.locator("code.select-all").innerText());
    });

    test("a refused form is sent again and done", async ({ slow, line, people }) => {
      const taken = await people.add("Zelda Taken");
      await slow.goto(line.origin + at.newUser);
      await alive(slow, scripts);
      await fillUser(slow, "Zelda Second", taken.email);
      line.holdBack(300);
      await press(slow.getByRole("button", { name: "Create user" }), 2);
      await expect(slow.getByLabel("E-mail")).toHaveAccessibleDescription(/Another user has this e-mail address/);
      await slow.getByLabel("E-mail").fill(`${unique("second")}@example.com`);
      await slow.getByRole("button", { name: "Create user" }).click();
      await arrived(slow, "Zelda Second");
    });

    test("Back leads to a form that creates another user", async ({ slow, line }) => {
      for (const name of ["Zelda First", "Zelda Another"]) {
        if (name === "Zelda First") {
          await slow.goto(line.origin + at.newUser);
        } else {
          await slow.goBack();
          await arrived(slow, "Create user");
        }
        await alive(slow, scripts);
        await fillUser(slow, name, `${unique("back")}@example.com`);
        await slow.getByRole("button", { name: "Create user" }).click();
        await arrived(slow, name);
      }
    });

    test("the same form in two tabs creates once; the second tab is told why not", async ({ slow, line, context }) => {
      const email = `${unique("tabs")}@example.com`;
      const other = await context.newPage();
      for (const tab of [slow, other]) {
        await tab.goto(line.origin + at.newUser);
        await alive(tab, scripts);
        await fillUser(tab, "Zelda Tabs", email);
      }
      await slow.getByRole("button", { name: "Create user" }).click();
      await arrived(slow, "Zelda Tabs");
      await other.getByRole("button", { name: "Create user" }).click();
      await expect(other.getByLabel("E-mail")).toHaveAccessibleDescription(/Another user has this e-mail address/);
      await expect(other.getByLabel("Name", { exact: true })).toHaveValue("Zelda Tabs");
    });

    test("sign-in pressed twice signs in, and a document that comes back takes its form again", async ({ page, line, people, faults }) => {
      faults.allow(NO_ANSWER);
      const ada = await people.add("Zelda Twice");
      await page.goto(line.origin + at.signIn);
      await alive(page, scripts);
      line.holdBack(500);
      await page.getByLabel("E-mail").fill(ada.email);
      await page.getByLabel("Password", { exact: true }).fill("not the password at all");
      await press(page.getByRole("button", { name: "Sign in", exact: true }), 2);
      await expect(page.locator("[aria-invalid=true]").first()).toBeVisible();
      await page.goBack();
      await alive(page, scripts);
      await signIn(page, ada.email, PASSWORD);
      await arrived(page, "My access");
    });
  });
}

test("a form that takes long says what happens, in the same space", async ({ slow, line }) => {
  await slow.goto(line.origin + at.newUser);
  await alive(slow);
  await fillUser(slow, "Zelda Waiting", `${unique("waiting")}@example.com`);
  const button = slow.locator("form:has([name=kind]) button[type=submit]");
  await expect(button).toHaveAccessibleName("Create user");
  const before = await button.boundingBox();
  line.holdBack(1500);
  await button.click();
  await expect(button).toHaveAttribute("aria-disabled", "true");
  await expect(button).toHaveAccessibleName("Creating…");
  await expect(button).toHaveAttribute("aria-busy", "true");
  await expect(button, "the focus stays").toBeFocused();
  expect(await button.boundingBox()).toEqual(before);
  await arrived(slow, "Zelda Waiting");
});

test("an answer that comes at once shows no sign of waiting", async ({ open, faults }) => {
  faults.allow(/status of 422/);
  const page = await open(MAINTAINER);
  await page.goto(at.newProject);
  await alive(page);
  await page.evaluate(() => {
    const seen: string[] = [];
    Object.assign(window, { seen });
    const watch = (changes: MutationRecord[]): void => {
      seen.push(...changes.map((change) => (change.target as Element).tagName));
    };
    new MutationObserver(watch).observe(document.body, { subtree: true, attributeFilter: ["aria-busy"] });
  });
  await page.getByLabel("Name", { exact: true }).fill("ab");
  await page.locator("form:has([name=description])").evaluate((form) => form.setAttribute("novalidate", ""));
  const began = Date.now();
  await page.getByRole("button", { name: "Create project" }).click();
  await expect(page.locator("[aria-invalid=true]").first()).toBeVisible();
  test.skip(Date.now() - began > 140, "this machine did not answer at once");
  expect(await page.evaluate(() => (window as unknown as { seen: string[] }).seen)).not.toContain("BUTTON");
});

test("on one page a role is changed back and forth, each time for real", async ({ open, people }) => {
  const ada = await people.add("Zelda Toggled");
  const project = await people.addProject();
  await people.addMember(project, ada);
  const page = await open(MAINTAINER);
  await page.goto(at.project(project));
  await alive(page);
  for (const role of ["admin", "member", "admin", "member"]) {
    await row(page, "Zelda Toggled").getByRole("combobox").selectOption(role);
    await row(page, "Zelda Toggled").getByRole("button", { name: /^Change/ }).click();
    await expect(toast(page)).toContainText(role === "admin" ? "project admin" : "member");
  }
  await page.reload();
  await expect(row(page, "Zelda Toggled").getByRole("combobox")).toHaveValue("member");
});

async function fillUser(page: Page, name: string, email: string): Promise<void> {
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("E-mail").fill(email);
}

async function fillBudget(page: Page, name: string): Promise<void> {
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("Soft limit").fill("1");
  await page.getByLabel("Hard limit").fill("2");
}

/** Presses a button so often, faster than any answer comes. */
async function press(button: Locator, times: number): Promise<void> {
  const box = await button.boundingBox();
  const page = button.page();
  if (box === null) {
    throw new Error("the button is not on the screen");
  }
  for (let left = times; left > 0; left -= 1) {
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await page.waitForTimeout(60);
  }
}
