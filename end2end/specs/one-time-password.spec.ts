import type { Locator, Page } from "@playwright/test";
import { MAINTAINER } from "../support/console";
import { type Person, unique } from "../support/people";
import { arrived, at, section, toast } from "../support/steps";
import { alive, enter, expect, test as base } from "../support/test";
import { Visitor } from "../support/visitor";

/** What a script is told when a form is refused. */
const REFUSED = /status of 4(09|22)/;

const test = base.extend<{ admin: Page }>({
  /** The page of an administrator with a session of their own. */
  admin: async ({ page, context, bursar, people }, use) => {
    await enter(context, bursar.origin, (await people.signIn(MAINTAINER)).session);
    await use(page);
  },
});

for (const scripts of [true, false]) {
  test.describe(`${scripts ? "with" : "without"} scripts`, () => {
    test.use({ javaScriptEnabled: scripts });

    test("it stays through other actions, refusals, a reload, navigation and Back, until it was handed over", async ({ admin, bursar, people, faults }) => {
      faults.allow(REFUSED);
      const { email, password } = await create(admin, "Zelda Kept", scripts);
      const project = await people.addProject();

      await admin.getByLabel("Add to project").fill(project);
      await admin.getByRole("button", { name: "Add to project" }).click();
      await expect(toast(admin)).toContainText(` to ${project} as `);
      await expect(shown(admin)).toHaveText(password);

      await admin.getByLabel("Shared projects").fill("many");
      await admin.getByRole("button", { name: "Save limit" }).click();
      await expect(admin.getByLabel("Shared projects")).toHaveAccessibleDescription(/Enter a whole number/);
      await expect(shown(admin)).toHaveText(password);

      await admin.reload();
      await alive(admin, scripts);
      await expect(shown(admin)).toHaveText(password);

      await admin.getByRole("link", { name: "Users management" }).first().click();
      await arrived(admin, "Users");
      await expect(shown(admin)).toHaveCount(0);
      await admin.goBack();
      await arrived(admin, "Zelda Kept");
      await expect(shown(admin)).toHaveText(password);
      await Visitor.signedIn(bursar.origin, email, password);

      await alive(admin, scripts);
      await admin.getByRole("button", { name: "Done, I have handed it over" }).click();
      await expect(shown(admin)).toHaveCount(0);
      expect(await admin.content()).not.toContain(password);
      expect(await bursar.handovers(email)).toBe(0);
      await admin.goBack();
      await expect(shown(admin)).toHaveCount(0);
      expect(await admin.content()).not.toContain(password);
    });

    test("users created one after the other each show their own", async ({ admin }) => {
      const first = await create(admin, "Zelda One", scripts);
      const second = await create(admin, "Zelda Two", scripts);
      expect(first.password).not.toBe(second.password);
      for (const { path, password } of [first, second, first]) {
        await admin.goto(path);
        await expect(shown(admin)).toHaveText(password);
      }
      await alive(admin, scripts);
      await admin.getByRole("button", { name: "Done, I have handed it over" }).click();
      await expect(shown(admin)).toHaveCount(0);
      await admin.goto(second.path);
      await expect(shown(admin), "the other one still waits").toHaveText(second.password);
    });

    test("another session does not show it, and one issued there replaces it", async ({ admin, open }) => {
      const { path, password } = await create(admin, "Zelda Elsewhere", scripts);
      const other = await open(MAINTAINER);
      await other.goto(path);
      await arrived(other, "Zelda Elsewhere");
      await expect(shown(other)).toHaveCount(0);
      await issue(other);
      await expect(shown(other)).not.toHaveText(password);
      await admin.reload();
      await expect(shown(admin), "it no longer works").toHaveCount(0);
    });

    test("it survives the confirmation of the administrator's own password", async ({ admin, people, faults }) => {
      faults.allow(/status of 403/);
      const { path, password } = await create(admin, "Zelda Confirmed", scripts);
      await people.age(MAINTAINER, 10);
      await admin.getByRole("button", { name: "End sessions" }).or(admin.getByRole("button", { name: "Deactivate account" })).first().click();
      await admin.getByRole("dialog").getByRole("button", { name: /^(End sessions|Deactivate account)$/ }).click();
      await arrived(admin, "Confirm it is you");
      await admin.getByLabel("Password", { exact: true }).fill("seven quiet herons by the lake");
      await admin.getByRole("button", { name: /^Confirm/ }).click();
      await arrived(admin, "Zelda Confirmed");
      await admin.goto(path);
      await expect(shown(admin)).toHaveText(password);
    });

    test("ten minutes later it is gone", async ({ admin, untouched, context, faults }) => {
      faults.allow(/status of 401/);
      const first = await Visitor.firstTime(untouched.origin, MAINTAINER, untouched.oneTimePassword(MAINTAINER));
      await enter(context, untouched.origin, first.session);
      const { password } = await create(admin, "Zelda Late", scripts, untouched.origin);
      await untouched.ageHandovers(10);
      await admin.reload();
      await arrived(admin, "Zelda Late");
      await expect(shown(admin)).toHaveCount(0);
      expect(await admin.content()).not.toContain(password);
    });
  });
}

test("the sign-in details are copied as the user needs them", async ({ admin, context, bursar }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const { email, password } = await create(admin, "Zelda Copied", true);
  await admin.getByRole("button", { name: "Copy sign-in details" }).click();
  await expect(admin.getByText("Copied", { exact: true })).toBeVisible();
  const copied = await admin.evaluate(() => navigator.clipboard.readText());
  expect(copied).toBe(`Address: ${bursar.origin}\nE-mail: ${email}\nOne-time password: ${password}\n`);
});

test("a browser that refuses the clipboard is believed", async ({ admin }) => {
  await admin.addInitScript(() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException("no", "NotAllowedError"));
  });
  await create(admin, "Zelda Refused", true);
  await admin.getByRole("button", { name: "Copy sign-in details" }).click();
  await expect(admin.getByText("The browser did not allow it. Select the text and copy it.")).toBeVisible();
});

test("on an open page it leaves when its time is over", async ({ admin }) => {
  await admin.clock.install();
  const { password } = await create(admin, "Zelda Watched", true);
  await admin.clock.fastForward("09:30");
  await expect(shown(admin)).toHaveText(password);
  await admin.clock.fastForward("00:40");
  await expect(shown(admin)).toHaveCount(0);
  expect(await admin.content()).not.toContain(password);
});

test("a document that brought it forgets it with it", async ({ admin }) => {
  const { password } = await create(admin, "Zelda Reloaded", true);
  await admin.reload();
  await alive(admin);
  await admin.getByRole("button", { name: "Done, I have handed it over" }).click();
  await expect(shown(admin)).toHaveCount(0);
  expect(await admin.content()).not.toContain(password);
});

/** Creates a user; what their page shows. */
async function create(page: Page, name: string, scripts: boolean, origin = ""): Promise<Person & { path: string; password: string }> {
  const email = `${unique("handover")}@example.com`;
  await page.goto(origin + at.newUser);
  await alive(page, scripts);
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByLabel("E-mail").fill(email);
  await page.getByRole("button", { name: "Create user" }).click();
  await arrived(page, name);
  const password = await shown(page).innerText();
  const path = new URL(page.url()).pathname;
  return { id: path.split("/").at(-1) ?? "", name, email, path, password };
}

async function issue(page: Page): Promise<void> {
  await section(page, "Account").getByRole("button", { name: "Issue one-time password" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Issue password" }).click();
  await expect(shown(page)).toBeVisible();
}

function shown(page: Page): Locator {
  return page.getByRole("alert").filter({ hasText: "One-time password for" }).locator("code");
}
