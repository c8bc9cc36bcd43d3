import { MAINTAINER } from "../support/console";
import { arrived, at, choosePassword, row, section, signIn, toast } from "../support/steps";
import { alive, expect, test } from "../support/test";

const QUINN = { name: "Quinn Adeyemi", email: "quinn.adeyemi@example.com" };

test("an administrator gives somebody a project and budgets, and the developer sees them", async ({
  page,
  untouched,
  browser,
  scripts,
  faults,
}) => {
  await test.step("the administrator signs in and chooses a password", async () => {
    await page.goto(`${untouched.origin}/`);
    await arrived(page, "Sign in");
    await signIn(page, MAINTAINER, untouched.oneTimePassword(MAINTAINER));
    await arrived(page, "Choose a new password");
    await choosePassword(page);
    await arrived(page, "Overview");
  });

  const oneTimePassword = await test.step("and creates a person", async () => {
    await page.getByRole("link", { name: "Users management" }).first().click();
    await page.getByRole("link", { name: "Create user" }).click();
    await arrived(page, "Create user");
    await page.getByLabel("Name", { exact: true }).fill(QUINN.name);
    await page.getByLabel("E-mail").fill(QUINN.email);
    await page.getByRole("button", { name: "Create user" }).click();
    await arrived(page, QUINN.name);
    return page.getByRole("alert").locator("code").innerText();
  });

  await test.step("finds her by a part of the name", async () => {
    await page.getByRole("link", { name: "Users management" }).first().click();
    await arrived(page, "Users");
    await alive(page, scripts);
    const search = page.getByRole("searchbox", { name: "Search users" });
    await search.pressSequentially("adeye");
    if (!scripts) {
      await search.press("Enter");
    }
    await expect(page.getByRole("rowgroup").last().getByRole("row")).toHaveCount(1);
    await row(page, QUINN.name).getByRole("link", { name: QUINN.name }).click();
    await arrived(page, QUINN.name);
  });

  await test.step("gives her a budget of her own", async () => {
    const budgets = section(page, "Budgets");
    const category = budgets.getByRole("listitem").filter({ hasText: "CLI" });
    await category.getByLabel(`CLI budget of ${QUINN.name}`).fill("cli standard");
    await category.getByRole("button", { name: "Assign" }).click();
    await expect(toast(page)).toContainText(/Budget .+ assigned\./);
  });

  await test.step("creates a project", async () => {
    await page.getByRole("link", { name: "Projects management" }).first().click();
    await arrived(page, "Projects");
    await page.getByRole("link", { name: "Create project" }).click();
    await arrived(page, "Create project");
    await page.getByLabel("Display name").fill("Release notes");
    await page.getByLabel("Name", { exact: true }).fill("release-notes");
    await page.getByLabel("Description").fill("Drafts the notes of every release.");
    await page.getByRole("button", { name: "Create project" }).click();
    await arrived(page, "Release notes");
    await expect(toast(page)).toContainText("release-notes created.");
  });

  await test.step("adds her to it", async () => {
    await alive(page, scripts);
    const adding = section(page, "Add members");
    await adding.getByLabel("Add member", { exact: true }).fill(scripts ? "quinn" : QUINN.email);
    if (scripts) {
      await page.getByRole("listbox", { name: "Suggestions" }).getByRole("option", { name: QUINN.name }).click();
    }
    await adding.getByRole("button", { name: "Add member" }).click();
    await expect(row(page, QUINN.name)).toBeVisible();
    await expect(toast(page)).toContainText(/Added .+ to release-notes as member\./);
  });

  await test.step("and gives the project a budget", async () => {
    const choice = section(page, "Budgets").getByLabel("Platform budget of Release notes");
    await choice.fill("Platform engineering");
    if (scripts) {
      const option = page.getByRole("listbox", { name: "Suggestions" }).getByRole("option");
      await expect(option).toContainText("$200.00 every 30 days");
      await option.click();
      await expect(choice).toHaveValue("Platform engineering");
    }
    await section(page, "Budgets").getByRole("button", { name: "Assign" }).first().click();
    await expect(section(page, "Budgets").getByRole("link", { name: "Platform engineering" })).toBeVisible();
  });

  const hers = await browser.newContext();
  await faults.watch(hers);
  const developer = await hers.newPage();

  await test.step("the developer signs in and chooses a password", async () => {
    await developer.goto(`${untouched.origin}/`);
    await signIn(developer, QUINN.email, oneTimePassword);
    await arrived(developer, "Choose a new password");
    await choosePassword(developer);
    await arrived(developer, "My access");
  });

  await test.step("sees her projects, her role, who granted it, and how many she may have", async () => {
    const projects = section(developer, "Projects");
    await expect(projects).toContainText("1 of 3 shared projects used");
    const project = projects.getByRole("listitem").filter({ hasText: "Release notes" });
    await expect(project).toContainText("Member");
    await expect(project).toContainText("by Administrator");
  });

  await test.step("sees her own budget, and on the project's page that of the project", async () => {
    const cli = section(developer, "Budgets").getByRole("listitem").filter({ hasText: "CLI" });
    await expect(cli).toContainText("CLI standard");
    await expect(cli).toContainText("$25.00 hard");
    await section(developer, "Projects").getByRole("link", { name: "Release notes" }).click();
    await arrived(developer, "Release notes");
    await expect(section(developer, "Budgets")).toContainText("Platform engineering");
    await expect(section(developer, "Budgets").getByRole("combobox")).toHaveCount(0);
  });

  await test.step("and finds no Users management", async () => {
    await expect(developer.getByRole("link", { name: "Users management" })).toHaveCount(0);
    faults.allow(/status of 403/);
    await developer.goto(untouched.origin + at.users);
    await arrived(developer, "You don't have access");
    await expect(developer.getByRole("table")).toHaveCount(0);
  });

  await hers.close();
});
