import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BursarConsole, MAINTAINER } from "../support/console";
import { People } from "../support/people";
import { arrived, at, row, section } from "../support/steps";
import { alive, enter, expect, test } from "../support/test";

/** Amounts and ids as operators write them. */
const FILE = `predefined_budgets:
  - budget_id: everyone
    name: Everyone on the platform
    soft_budget: 50
    max_budget: 99.95
    budget_duration: 30d
    budget_category: platform
`;

test("a maintainer sees what is predefined, and that the file changes it", async ({ context, page, faults, scripts }) => {
  faults.allow(/status of 403/);
  const folder = await mkdtemp(join(tmpdir(), "predefined-"));
  const file = join(folder, "budgets.yaml");
  await writeFile(file, FILE);
  const bursar = await BursarConsole.start({ BURSAR_PREDEFINED_BUDGETS: file });
  try {
    const people = await People.of(bursar);
    const user = await people.add("Zelda Default");
    await enter(context, bursar.origin, (await people.signIn(MAINTAINER)).session);
    await page.goto(`${bursar.origin}${at.budgets}`);
    await alive(page, scripts);
    await expect(row(page, "Everyone on the platform")).toContainText("Default for Platform, predefined");
    await row(page, "Everyone on the platform").getByRole("link").click();
    await arrived(page, "Everyone on the platform");
    const address = page.url();
    await expect(section(page, "Limits")).toContainText("$99.95");
    await expect(section(page, "Limits")).toContainText("Declared in the file of predefined budgets.");
    for (const action of ["Edit budget", "Delete budget"]) {
      await expect(page.getByRole("link", { name: action })).toHaveCount(0);
    }
    await expect(page.getByRole("button", { name: "Clear default" })).toHaveCount(0);
    for (const path of ["edit", "delete"]) {
      await page.goto(`${address}/${path}`);
      await expect(page.getByRole("main")).toContainText("Ask an operator to change it there.");
    }
    const other = await people.addBudget();
    await page.goto(`${bursar.origin}${at.budget(other.id)}`);
    await expect(section(page, "Default for Platform")).toContainText("The file of predefined budgets says");
    await expect(page.getByRole("button", { name: "Make default" })).toHaveCount(0);
    await page.goto(`${bursar.origin}${at.user(user.id)}`);
    await expect(section(page, "Budgets")).toContainText("Everyone on the platform");
  } finally {
    await bursar.stop();
    await rm(folder, { recursive: true });
  }
});
