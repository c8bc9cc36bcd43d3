import type { Page } from "@playwright/test";
import { MAINTAINER } from "../support/console";
import { arrived, at, section, toast } from "../support/steps";
import { expect, test } from "../support/test";

/** Statuses that a script's refused post is answered with. */
const REFUSED = /status of 4(09|22)/;

const SAVE = "Save chosen values";

test.beforeEach(({ faults }) => faults.allow(REFUSED));

for (const who of ["another maintainer", "the same user in another tab"]) {
  test(`changes of different fields by ${who} are both kept, and the page says so`, async ({ open, people }) => {
    const budget = await people.addBudget();
    const other = who === "another maintainer" ? (await people.add("Max Other", "maintainer")).email : MAINTAINER;
    const [theirs, mine] = await bothEdit(open, other, at.editBudget(budget.id));
    await theirs.getByLabel("Soft limit").fill("220");
    await save(theirs, "Save budget", budget.name);

    await mine.getByLabel("Hard limit").fill("260");
    await save(mine, "Save budget", budget.name);
    const whose = who === "another maintainer" ? "Max Other's" : "Your other tab's";
    await expect(toast(mine)).toContainText(`Saved. ${whose} change of the soft limit is kept.`);
    await expect(section(mine, "Limits")).toContainText("$220.00");
    await expect(section(mine, "Limits")).toContainText("$260.00");
  });
}

test("a field that both changed is saved only after a choice", async ({ open, people, scripts }) => {
  const budget = await people.addBudget();
  const max = await people.add("Max First", "maintainer");
  const [theirs, mine] = await bothEdit(open, max.email, at.editBudget(budget.id));
  await theirs.getByLabel("Name").fill(`${budget.name} by Max`);
  await theirs.getByLabel("Soft limit").fill("210");
  await theirs.getByLabel("Hard limit").fill("400");
  await save(theirs, "Save budget", `${budget.name} by Max`);

  await mine.getByLabel("Soft limit").fill("230");
  await mine.getByLabel("Hard limit").fill("300");
  await mine.getByRole("button", { name: "Save budget" }).click();
  await expect(mine.getByRole("alert").first()).toContainText(/Max First saved this budget .* while you were editing/);
  await expect(mine.getByRole("radio"), "only what both changed is to be chosen").toHaveCount(4);
  await expect(mine.getByRole("radio", { checked: true }), "nothing is preselected").toHaveCount(0);
  await expect(mine.getByText(`Max First changed the name to ${budget.name} by Max.`)).toBeVisible();
  await expect(mine.getByRole("radio", { name: "Hard limit: use yours, $300.00" })).toBeVisible();

  await test.step("without a choice nothing is saved, and the fields are named", async () => {
    await mine.getByRole("radio", { name: /Hard limit: use yours/ }).check();
    if (scripts) {
      await expect(mine.getByRole("button", { name: SAVE })).toBeDisabled();
      await expect(mine.getByText("Choose a value for Soft limit.")).toBeVisible();
    } else {
      await mine.getByRole("button", { name: SAVE }).click();
      await expect(mine.getByRole("radio", { name: /Soft limit: use yours/ })).toHaveAccessibleDescription(
        "Choose a value for Soft limit.",
      );
    }
    await expect(mine.getByRole("radio", { name: /Hard limit: use yours/ }), "the other choice is kept").toBeChecked();
    expect(await people.maintainer.read(at.budget(budget.id))).toContain("$400.00");
  });

  await mine.getByRole("radio", { name: /Soft limit: keep theirs/ }).check();
  await mine.getByRole("button", { name: SAVE }).click();
  await arrived(mine, `${budget.name} by Max`);
  await expect(toast(mine)).toContainText(
    "Saved. Your hard limit replaces Max First's. Kept Max First's soft limit. Max First's change of the name is kept.",
  );
  await expect(section(mine, "Limits")).toContainText("$210.00");
  await expect(section(mine, "Limits")).toContainText("$300.00");
});

for (const [button, notice, limit] of [
  ["Use all mine", "Saved. Your soft limit and hard limit replace Max Second's.", "$300.00"],
  ["Keep theirs", "Kept Max Second's soft limit and hard limit. Nothing changed.", "$400.00"],
] as const) {
  test(`one click on “${button}” decides every field`, async ({ open, people }) => {
    const budget = await people.addBudget();
    const max = await people.add("Max Second", "maintainer");
    const [theirs, mine] = await bothEdit(open, max.email, at.editBudget(budget.id));
    await changeLimits(theirs, "210", "400");
    await save(theirs, "Save budget", budget.name);
    await changeLimits(mine, "230", "300");
    await mine.getByRole("button", { name: "Save budget" }).click();
    await mine.getByRole("button", { name: button }).click();
    await arrived(mine, budget.name);
    await expect(toast(mine)).toContainText(notice);
    await expect(section(mine, "Limits")).toContainText(limit);
  });
}

test("a third save between the page and the choice opens the conflict again", async ({ open, people }) => {
  const project = await people.addProject();
  const [theirs, mine] = await bothEdit(open, MAINTAINER, at.editProject(project));
  await theirs.getByLabel("Description").fill("As the first tab says.");
  await save(theirs, "Save project", project);
  await mine.getByLabel("Description").fill("As the second tab says.");
  await mine.getByRole("button", { name: "Save project" }).click();
  await expect(mine.getByRole("alert").first()).toContainText("You, in another tab, saved this project");
  await mine.getByRole("radio", { name: /Description: use yours/ }).check();

  await theirs.goto(at.editProject(project));
  await theirs.getByLabel("Description").fill("Once more.");
  await save(theirs, "Save project", project);
  await mine.getByRole("button", { name: SAVE }).click();
  await expect(mine.getByRole("radio", { name: "Description: keep theirs, Once more." })).toBeVisible();
  await expect(mine.getByRole("radio", { checked: true }), "the choice was between other values").toHaveCount(0);
  await mine.getByRole("radio", { name: /Description: use yours/ }).check();
  await mine.getByRole("button", { name: SAVE }).click();
  await arrived(mine, project);
  await expect(mine.getByText("As the second tab says.")).toBeVisible();
});

test("values that do not fit together after the merge are named at the field, with nothing lost", async ({ open, people }) => {
  const budget = await people.addBudget();
  const max = await people.add("Max Soft", "maintainer");
  const [theirs, mine] = await bothEdit(open, max.email, at.editBudget(budget.id));
  await theirs.getByLabel("Soft limit").fill("240");
  await save(theirs, "Save budget", budget.name);
  await mine.getByLabel("Hard limit").fill("230");
  await mine.getByRole("button", { name: "Save budget" }).click();
  await expect(mine.getByText("Max Soft changed the soft limit to $240.00.")).toBeVisible();
  await expect(mine.getByLabel("Soft limit")).toHaveAccessibleDescription(/\$10.00 above the hard limit/);
  await expect(mine.getByLabel("Hard limit")).toHaveValue("230.00");
  await mine.getByLabel("Soft limit").fill("225");
  await save(mine, "Save budget", budget.name);
  await expect(section(mine, "Limits")).toContainText("$225.00");
  await expect(section(mine, "Limits")).toContainText("$230.00");
});

test("an address that both changed is saved only after a choice", async ({ open, people }) => {
  const ada = await people.add("Ada Moved");
  const [theirs, mine] = await bothEdit(open, MAINTAINER, at.user(ada.id));
  await theirs.getByLabel("E-mail", { exact: true }).fill(`first-${ada.email}`);
  await theirs.getByRole("button", { name: "Change address" }).click();
  await expect(toast(theirs)).toContainText("E-mail address changed.");
  await mine.getByLabel("E-mail", { exact: true }).fill(`second-${ada.email}`);
  await mine.getByRole("button", { name: "Change address" }).click();
  await expect(mine.getByRole("radio", { name: `E-mail: keep theirs, first-${ada.email}` })).toBeVisible();
  await mine.getByRole("button", { name: "Keep theirs" }).click();
  await expect(toast(mine)).toContainText("Kept your other tab's e-mail. Nothing changed.");
  await expect(mine.getByLabel("E-mail", { exact: true })).toHaveValue(`first-${ada.email}`);
});

/** Two browsers that both show the same form. */
async function bothEdit(open: (email: string) => Promise<Page>, other: string, path: string): Promise<[Page, Page]> {
  const [theirs, mine] = [await open(other), await open(MAINTAINER)];
  await theirs.goto(path);
  await mine.goto(path);
  return [theirs, mine];
}

async function changeLimits(page: Page, soft: string, hard: string): Promise<void> {
  await page.getByLabel("Soft limit").fill(soft);
  await page.getByLabel("Hard limit").fill(hard);
}

async function save(page: Page, button: string, heading: string): Promise<void> {
  await page.getByRole("button", { name: button }).click();
  await arrived(page, heading);
}
