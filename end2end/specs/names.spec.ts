import { MAINTAINER } from "../support/console";
import { unique } from "../support/people";
import { arrived, at, row } from "../support/steps";
import { alive, expect, test } from "../support/test";

/** Names that tokens may give to projects and that browsers, routers or servers could misread in an address. */
const NAMES = [".", "..", "a/..", "%2e%2e", "~2E", String.raw`CORP\atlas`, "50% off?", "#1 ."];

test("a project of any name is opened by its link, edited and comes back", async ({ bursar, open, scripts }) => {
  const page = await open(MAINTAINER);
  for (const name of NAMES) {
    await test.step(name, async () => {
      const title = unique("Named");
      await bursar.insertProject(name, title);
      await page.goto(`${at.projects}?q=${encodeURIComponent(title)}`);
      await alive(page, scripts);
      await row(page, title).getByRole("link", { name: title }).click();
      await arrived(page, title);
      await page.getByRole("link", { name: "Edit project" }).click();
      await arrived(page, /Edit/u);
      await page.getByLabel("Description").fill("Opened by its link");
      await page.getByRole("button", { name: "Save project" }).click();
      await arrived(page, title);
      await expect(page.getByText("Opened by its link")).toBeVisible();
      await page.reload();
      await arrived(page, title);
    });
  }
});

test("a name is found without its accents and stands in the order of the alphabet", async ({ open, people, scripts }) => {
  const tag = unique("tag").replace("-", "");
  for (const name of ["Zora", "Émile", "Emma"]) {
    await people.add(`${name} ${tag}`);
  }
  const page = await open(MAINTAINER);
  await page.goto(`${at.users}?q=${tag}`);
  await alive(page, scripts);
  const names = page.getByRole("rowgroup").last().getByRole("row");
  await expect(names).toHaveText([/Émile/u, /Emma/u, /Zora/u]);
  await page.goto(`${at.users}?q=${encodeURIComponent(`EMILE ${tag}`)}`);
  await expect(row(page, `Émile ${tag}`)).toBeVisible();
  await expect(row(page, `Emma ${tag}`)).toHaveCount(0);
});
