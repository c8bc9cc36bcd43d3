import type { Page } from "@playwright/test";
import { MAINTAINER } from "../support/console";
import { arrived, at, row, section, signIn, toast } from "../support/steps";
import { alive, expect, test } from "../support/test";
import { PASSWORD } from "../support/visitor";

test("a removed member is back after Undo: role, since and granted by are as before", async ({ open, people, bursar }) => {
  const project = await people.addProject();
  const ada = await people.add("Ada Returns");
  const wei = await people.add("Wei Grants", "admin");
  await people.addMember(project, ada, "admin");
  await bursar.grantedLongAgo(ada.email, wei.email);
  const page = await open(MAINTAINER);
  await page.goto(at.project(project));
  await alive(page);
  const before = await row(page, ada.name).innerText();
  expect(before).toContain("22 May 2025");
  expect(before).toContain("Wei Grants");

  await page.getByRole("button", { name: `Remove ${ada.name} from ${project}` }).click();
  const question = page.getByRole("dialog", { name: `Remove ${ada.name} from ${project}?` });
  await question.getByRole("button", { name: "Remove from project" }).click();
  await expect(toast(page)).toContainText(`Removed ${ada.name} from ${project}.`);
  await expect(row(page, ada.name)).toHaveCount(0);

  await toast(page).getByRole("button", { name: "Undo" }).click();
  await expect(row(page, ada.name).getByRole("combobox")).toHaveValue("admin");
  await expect(toast(page)).toContainText(`Restored ${ada.name} as project admin of ${project}.`);
  expect(await row(page, ada.name).innerText()).toBe(before);
});

test("Undo says why it undoes nothing when the member was added again meanwhile", async ({ open, people, faults }) => {
  faults.allow(/status of 409/);
  const project = await people.addProject();
  const ada = await people.add("Ada Readded");
  await people.addMember(project, ada);
  const page = await open(MAINTAINER);
  await page.goto(at.project(project));
  await alive(page);
  await page.getByRole("button", { name: `Remove ${ada.name} from ${project}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove from project" }).click();
  await expect(row(page, ada.name)).toHaveCount(0);
  await people.addMember(project, ada, "admin");
  await toast(page).getByRole("button", { name: "Undo" }).click();
  await expect(page.getByRole("alert")).toContainText(`${ada.name} was added to ${project} again since. Nothing was undone.`);
  await expect(row(page, ada.name).getByRole("combobox")).toHaveValue("admin");
});

for (const keys of ["u", "Control+z"]) {
  test(`${keys} undoes what the toast says, but not while the user types`, async ({ open, people }) => {
    const project = await people.addProject();
    const members = [await people.add("Zelda Keys"), await people.add("Zora Keys"), await people.add("Zuzana Keys")] as const;
    for (const member of members) {
      await people.addMember(project, member);
    }
    const [, removed, follower] = members;
    const page = await open(MAINTAINER);
    await page.goto(at.project(project));
    await alive(page);
    await page.getByRole("button", { name: `Remove ${removed.name} from ${project}` }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove from project" }).click();
    await expect(row(page, removed.name)).toHaveCount(0);
    const search = page.getByRole("searchbox", { name: "Search members" });
    await search.press(keys);
    await search.fill("");
    await expect(row(page, follower.name)).toBeVisible();
    await expect(row(page, removed.name)).toHaveCount(0);
    const next = page.getByRole("button", { name: `Remove ${follower.name} from ${project}` });
    await next.press(keys);
    const names = section(page, "Members").getByRole("row").getByRole("link", { name: "Keys" });
    await expect(names, "the row is back in its place").toHaveText(members.map(({ name }) => new RegExp(name)));
    await expect(next, "the focus stays").toBeFocused();
    await next.press(keys);
    await expect(toast(page), "nothing is left to undo").toContainText(/Restored/);
  });
}

test("a member who was chosen and added is gone after Undo", async ({ open, people }) => {
  const project = await people.addProject();
  const zelda = await people.add("Zelda Added");
  const page = await open(MAINTAINER);
  await page.goto(at.project(project));
  await alive(page);
  await page.getByRole("combobox", { name: "Add member" }).fill(zelda.email);
  await page.getByRole("option", { name: zelda.name }).click();
  await page.getByRole("button", { name: "Add member" }).click();
  await expect(toast(page)).toContainText(`Added ${zelda.name} to ${project} as member.`);
  await expect(row(page, zelda.name)).toBeVisible();
  await toast(page).getByRole("button", { name: "Undo" }).click();
  await expect(toast(page)).toContainText(`Removed ${zelda.name} from ${project} again.`);
  await expect(row(page, zelda.name)).toHaveCount(0);
});

test("an unassigned budget is back after Undo", async ({ open, people }) => {
  const ada = await people.add("Ada Spends");
  const budget = await people.addBudget();
  await people.maintainer.send("/act/budgets/assign-to-user", { budget: budget.id, person: ada.id });
  const page = await open(MAINTAINER);
  await page.goto(at.user(ada.id));
  await alive(page);
  const budgets = section(page, "Budgets");
  await budgets.getByRole("button", { name: "Unassign" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Unassign budget" }).click();
  await expect(budgets.getByRole("link", { name: budget.name })).toHaveCount(0);
  await toast(page).getByRole("button", { name: "Undo" }).click();
  await expect(budgets.getByRole("link", { name: budget.name })).toBeVisible();
});

test("a budget that another one replaced is back after Undo", async ({ open, people }) => {
  const ada = await people.add("Ada Replaces");
  const [former, other] = [await people.addBudget(), await people.addBudget()];
  await people.maintainer.send("/act/budgets/assign-to-user", { budget: former.id, person: ada.id });
  const page = await open(MAINTAINER);
  await page.goto(at.user(ada.id));
  await alive(page);
  const budgets = section(page, "Budgets");
  const category = budgets.getByRole("listitem").filter({ hasText: former.name });
  await category.getByRole("combobox").fill(other.name);
  await page.getByRole("option", { name: other.name }).click();
  await category.getByRole("button", { name: "Replace" }).click();
  await expect(toast(page)).toContainText(`Budget ${other.name} assigned.`);
  await expect(budgets.getByRole("link", { name: other.name })).toBeVisible();
  await toast(page).getByRole("button", { name: "Undo" }).click();
  await expect(budgets.getByRole("link", { name: former.name })).toBeVisible();
  await expect(budgets.getByRole("link", { name: other.name })).toHaveCount(0);
});

test("a deleted project is back after Undo", async ({ open, people }) => {
  const project = await people.addProject();
  const page = await open(MAINTAINER);
  await page.goto(at.project(project));
  await alive(page);
  await deleteProject(page, project);
  await toast(page).getByRole("button", { name: "Undo" }).click();
  await arrived(page, project);
  await expect(toast(page)).toContainText(`Restored ${project}.`);
});

for (const scripts of [true, false]) {
  test.describe(`${scripts ? "with" : "without"} scripts`, () => {
    test.use({ javaScriptEnabled: scripts });

    test("a project deleted long ago is found and restored", async ({ page, people }) => {
      const project = await people.addProject();
      await people.maintainer.send("/act/projects/delete", { project, version: "1" });
      await page.goto(at.projects);
      await signIn(page, MAINTAINER, PASSWORD);
      await page.goto(`${at.projects}?q=${project}`);
      await alive(page, scripts);
      await expect(page.getByRole("heading", { name: "No projects found" })).toBeVisible();
      await page.getByRole("button", { name: "State" }).click();
      await page.getByRole("radio", { name: "Deleted" }).check();
      await page.getByRole("button", { name: "Show projects" }).click();
      await expect(page).toHaveURL(/state=deleted/);
      await page.getByRole("button", { name: `Restore ${project}` }).click();
      await arrived(page, project);
    });
  });
}

test("a toast leaves by itself, but not while the keyboard is on it", async ({ open, people }) => {
  const ada = await people.add("Ada Toasted");
  const page = await open(MAINTAINER);
  await page.addInitScript(holdLongTimers);
  await page.goto(at.user(ada.id));
  await alive(page);
  const save = async (limit: string) => {
    await page.getByLabel("Shared projects").fill(limit);
    await page.getByRole("button", { name: "Save limit" }).click();
    await expect(toast(page)).toContainText("Project limit saved.");
  };

  await save("5");
  await page.evaluate(() => window.tenSecondsLater());
  await expect(toast(page)).toHaveCount(0);

  await save("6");
  await toast(page).getByRole("button", { name: "Dismiss" }).focus();
  await page.evaluate(() => window.tenSecondsLater());
  await expect(toast(page).getByRole("paragraph")).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(toast(page)).toHaveCount(0);
});

async function deleteProject(page: Page, project: string): Promise<void> {
  await section(page, "Delete project").getByRole("button", { name: "Delete project" }).click();
  const question = page.getByRole("dialog", { name: `Delete ${project}?` });
  await question.getByRole("button", { name: "Delete project" }).click();
  await arrived(page, "Projects");
}

declare global {
  interface Window {
    tenSecondsLater: () => void;
  }
}

/** Keeps what waits ten seconds until the test says that they are over. */
function holdLongTimers(): void {
  const waiting = new Map<number, () => void>();
  const set = window.setTimeout.bind(window);
  const clear = window.clearTimeout.bind(window);
  const hold = (run: () => void, after = 0) => {
    const id = set(after === 10_000 ? () => {} : run, after === 10_000 ? 0 : after);
    if (after === 10_000) {
      waiting.set(id, run);
    }
    return id;
  };
  window.setTimeout = hold as typeof window.setTimeout;
  window.clearTimeout = (id) => {
    waiting.delete(Number(id));
    clear(id);
  };
  window.tenSecondsLater = () => {
    for (const [id, run] of waiting) {
      waiting.delete(id);
      run();
    }
  };
}
