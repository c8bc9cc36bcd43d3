import type { Page } from "@playwright/test";
import { arrived, at, row, toast } from "../support/steps";
import { alive, enter, expect, test } from "../support/test";
import { PASSWORD } from "../support/visitor";

/** What a script is told when it has to ask for the password, or the password is wrong. */
const HELD_UP = /status of (403|422)/;

for (const scripts of [true, false]) {
  test.describe(`${scripts ? "with" : "without"} scripts`, () => {
    test.use({ javaScriptEnabled: scripts });

    test("a budget is created after a confirmation, without typing it again", async ({ page, context, bursar, people, faults }) => {
      faults.allow(HELD_UP);
      const ada = await people.add("Ada Later", "maintainer");
      await enter(context, bursar.origin, (await people.signIn(ada.email)).session);
      await people.age(ada.email, 10);
      const name = `later-${crypto.randomUUID().slice(0, 8)}`;
      await page.goto(at.newBudget);
      await alive(page, scripts);
      await page.getByLabel("Name", { exact: true }).fill(name);
      await page.getByLabel("Soft limit").fill("200");
      await page.getByLabel("Hard limit").fill("250");
      await page.getByRole("button", { name: "Create budget" }).click();

      await arrived(page, "Confirm it is you");
      await confirm(page, "not the password at all");
      await expect(page.getByLabel("Password", { exact: true })).toHaveAccessibleDescription(/The password is wrong./);
      await confirm(page, PASSWORD);
      await arrived(page, name);
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);

      await page.goto(at.newBudget);
      await alive(page, scripts);
      await page.getByLabel("Name", { exact: true }).fill(`${name}-2`);
      await page.getByLabel("Soft limit").fill("200");
      await page.getByLabel("Hard limit").fill("250");
      await page.getByRole("button", { name: "Create budget" }).click();
      await arrived(page, `${name}-2`);
    });

    test("what is held up goes back to its page, with its problems", async ({ page, context, bursar, people, faults }) => {
      faults.allow(HELD_UP);
      const ada = await people.add("Ada Mistaken", "maintainer");
      await enter(context, bursar.origin, (await people.signIn(ada.email)).session);
      await people.age(ada.email, 10);
      const budget = await people.addBudget();
      await page.goto(at.editBudget(budget.id));
      await alive(page, scripts);
      await page.getByLabel("Name", { exact: true }).fill((await people.addBudget()).name);
      await page.getByRole("button", { name: "Save budget" }).click();
      await arrived(page, "Confirm it is you");
      await confirm(page, PASSWORD);
      await expect(page.getByLabel("Name", { exact: true })).toHaveAccessibleDescription(/already a budget with this name/);
      expect(new URL(page.url()).pathname).toBe(at.editBudget(budget.id));
    });

    test("calling it off leads back to what was entered", async ({ page, context, bursar, people, faults }) => {
      faults.allow(HELD_UP);
      const ada = await people.add("Ada Undecided", "maintainer");
      await enter(context, bursar.origin, (await people.signIn(ada.email)).session);
      await people.age(ada.email, 10);
      await page.goto(at.newBudget);
      await alive(page, scripts);
      await page.getByLabel("Name", { exact: true }).fill("Half a thought");
      await page.getByLabel("Soft limit").fill("200");
      await page.getByLabel("Hard limit").fill("250");
      await page.getByRole("button", { name: "Create budget" }).click();
      await arrived(page, "Confirm it is you");
      await page.getByRole("button", { name: "Cancel" }).click();
      await expect(page.getByLabel("Name", { exact: true })).toHaveValue("Half a thought");
      expect(new URL(page.url()).pathname).toBe(at.newBudget);
      await page.goto(`${at.budgets}?q=Half+a+thought`);
      await expect(row(page, "Half a thought")).toHaveCount(0);
    });
  });
}

test("removing a member asks, and Undo right after does not", async ({ open, people, faults }) => {
  faults.allow(HELD_UP);
  const ada = await people.add("Ada Remover", "admin");
  const jonas = await people.add("Jonas Removed");
  const project = await people.addProject();
  await people.addMember(project, jonas);
  const page = await open(ada.email);
  await people.age(ada.email, 10);
  await page.goto(at.project(project));
  await alive(page);
  await page.getByRole("button", { name: `Remove ${jonas.name} from ${project}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove from project" }).click();
  await arrived(page, "Confirm it is you");
  await confirm(page, PASSWORD);
  await arrived(page, project);
  await expect(row(page, jonas.name)).toHaveCount(0);
  await toast(page).getByRole("button", { name: "Undo" }).click();
  await expect(row(page, jonas.name)).toHaveCount(1);
});

async function confirm(page: Page, password: string): Promise<void> {
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Confirm and go on" }).click();
}
