import type { Page } from "@playwright/test";
import { MAINTAINER } from "../support/console";
import { unique } from "../support/people";
import { arrived, at, row } from "../support/steps";
import { alive, expect, test } from "../support/test";

/** The addresses the rows of a list lead to, in the order shown. */
function places(page: Page): Promise<string[]> {
  return page
    .getByRole("rowgroup")
    .last()
    .getByRole("row")
    .evaluateAll((rows) => rows.map((row) => row.querySelector("a")?.getAttribute("href") ?? ""));
}

test("searching narrows the list and the address", async ({ open, people, scripts }) => {
  const tag = unique("tag").replace("-", "");
  await people.add(`Bertha ${tag}`);
  await people.add(`Carla ${tag}`);
  const page = await open(MAINTAINER);
  await page.goto(at.users);
  await alive(page, scripts);
  const search = page.getByRole("searchbox", { name: "Search users" });
  await page.evaluate(() => Object.assign(window, { stayed: true }));
  await search.pressSequentially(`bertha ${tag}`);
  if (!scripts) {
    await search.press("Enter");
  }
  await expect(row(page, `Carla ${tag}`)).toHaveCount(0);
  await expect.poll(() => places(page)).toHaveLength(1);
  await expect(row(page, `Bertha ${tag}`)).toBeVisible();
  expect(new URL(page.url()).searchParams.get("q")).toBe(`bertha ${tag}`);
  await expect(search).toHaveValue(`bertha ${tag}`);
  if (scripts) {
    await expect(search, "typing goes on in the same field").toBeFocused();
    expect(await page.evaluate(() => "stayed" in window), "the document was not loaded again").toBe(true);
  }
});

test("a search survives reload, and back comes to it again", async ({ open, people }) => {
  const ada = await people.add(`Ada ${unique("back")}`);
  const page = await open(MAINTAINER);
  const address = `${at.users}?q=${encodeURIComponent(ada.name)}`;
  await page.goto(address);
  await page.reload();
  await expect(page.getByRole("searchbox", { name: "Search users" })).toHaveValue(ada.name);
  await expect.poll(() => places(page)).toEqual([at.user(ada.id)]);
  await row(page, ada.name).getByRole("link", { name: ada.name }).click();
  await arrived(page, ada.name);
  await page.goBack();
  await arrived(page, "Users");
  expect(page.url()).toContain("?q=");
  await expect.poll(() => places(page)).toEqual([at.user(ada.id)]);
  await expect(page.getByRole("searchbox", { name: "Search users" })).toHaveValue(ada.name);
});

test("people are filtered by role, status and project, and the filters are cleared", async ({ open, people, scripts }) => {
  // In front of everyone, however many users other tests have left.
  const first = await people.add(`A First ${unique("filtered")}`);
  const page = await open(MAINTAINER);
  await page.goto(at.users);
  await alive(page, scripts);

  await test.step("by role", async () => {
    await page.getByRole("button", { name: "Role", exact: true }).click();
    await page.getByRole("radio", { name: "Auditor" }).check();
    await page.getByRole("group", { name: "Role" }).locator("xpath=..").getByRole("button", { name: "Show users" }).click();
    await expect(row(page, "Hana Fujimoto")).toBeVisible();
    await expect(row(page, first.name)).toHaveCount(0);
    expect(new URL(page.url()).searchParams.get("role")).toBe("auditor");
    await expect(page.getByRole("button", { name: "Role is Auditor" })).toBeVisible();
  });

  await test.step("and by status, which nobody has", async () => {
    await page.getByRole("button", { name: "Status", exact: true }).click();
    await page.getByRole("radio", { name: "Locked" }).check();
    await page.getByRole("group", { name: "Status" }).locator("xpath=..").getByRole("button", { name: "Show users" }).click();
    await expect(page.getByRole("heading", { name: "No users found" })).toBeVisible();
  });

  await test.step("one filter is taken away", async () => {
    await page.getByRole("link", { name: "Clear the filter Role" }).click();
    await expect(row(page, "Yusuf Demir")).toBeVisible();
    await expect(row(page, "Hana Fujimoto")).toHaveCount(0);
  });

  await test.step("then all of them", async () => {
    await page.getByRole("link", { name: "Clear", exact: true }).click();
    await expect(row(page, first.name)).toBeVisible();
    expect(new URL(page.url()).search).toBe("");
  });

  await test.step("by project", async () => {
    await page.getByRole("button", { name: "Project", exact: true }).click();
    const field = page.locator("#filter-project").getByLabel("Project", { exact: true });
    await field.fill("Atlas know");
    if (scripts) {
      await expect(page.getByRole("listbox", { name: "Suggestions" })).toBeVisible();
    }
    await field.press("Enter");
    if (!scripts) {
      // A part of a name: the page asks which project is meant.
      await page.getByRole("link", { name: "Atlas knowledge base" }).click();
    }
    await expect(page.getByRole("button", { name: "Project is Atlas knowledge base" })).toBeVisible();
    await expect(row(page, first.name)).toHaveCount(0);
    expect(new URL(page.url()).searchParams.get("project")).toBe("atlas");
  });

  await test.step("by a project that does not exist", async () => {
    await page.goto(`${at.users}?project=doesnotexist`);
    await expect(page.getByText("No project is called “doesnotexist”.")).toBeVisible();
  });

  await test.step("by the whole display name of a project", async () => {
    await page.goto(`${at.users}?project=ATLAS+knowledge+base`);
    await expect(page.getByRole("button", { name: "Project is Atlas knowledge base" })).toBeVisible();
    expect(new URL(page.url()).searchParams.get("project")).toBe("atlas");
  });
});

test("budgets are filtered by category", async ({ open }) => {
  const page = await open(MAINTAINER);
  await page.goto(`${at.budgets}?category=premium_models`);
  await expect(row(page, "Premium trial")).toBeVisible();
  await expect(row(page, "CLI standard")).toHaveCount(0);
});

const SORTABLE: Record<string, { list: string; column: string }> = {
  "people by name": { list: at.users, column: "Name" },
  "people by last sign-in": { list: at.users, column: "Last sign-in" },
  "projects by day of creation": { list: at.projects, column: "Created" },
  "budgets by hard limit": { list: at.budgets, column: "Hard limit" },
};

for (const [what, { list, column }] of Object.entries(SORTABLE)) {
  test(`${what} are sorted both ways`, async ({ open }) => {
    const page = await open(MAINTAINER);
    await page.goto(list);
    const head = page.getByRole("columnheader", { name: column });
    if ((await head.getAttribute("aria-sort")) !== "ascending") {
      await head.getByRole("link").click();
    }
    await expect(head).toHaveAttribute("aria-sort", "ascending");
    const upwards = await places(page);
    await head.getByRole("link").click();
    await expect(head).toHaveAttribute("aria-sort", "descending");
    await expect.poll(() => places(page)).not.toEqual(upwards);
    await expect(page.locator("[aria-sort]"), "one column sorts").toHaveCount(1);
  });
}

test("budgets by hard limit stand in the order of their amounts", async ({ open }) => {
  const page = await open(MAINTAINER);
  await page.goto(`${at.budgets}?sort=hard-limit&dir=desc&rows=100`);
  const amounts = await page.getByRole("rowgroup").last().getByRole("row").evaluateAll((rows) =>
    rows.map((row) => Number([...row.querySelectorAll("td")][3]?.textContent?.replaceAll(/[^0-9.]/g, ""))),
  );
  expect(amounts.length).toBeGreaterThan(5);
  expect(amounts).toEqual([...amounts].sort((a, b) => b - a));
});

for (const order of ["sort=name", "sort=last-sign-in", "sort=created&dir=desc"]) {
  test(`every person is met once on the way forward and back by ${order}`, async ({ open, people }) => {
    const tag = unique("row").replace("-", "");
    const added = new Set<string>();
    for (const _ of Array(17).keys()) {
      const { person } = await people.invite(`Same ${tag}`);
      added.add(at.user(person.id));
    }
    const page = await open(MAINTAINER);
    await page.goto(`${at.users}?q=${tag}&rows=15&${order}`);
    await expect(page.getByRole("link", { name: "Previous" })).toHaveCount(0);
    const first = await places(page);
    expect(first).toHaveLength(15);

    await page.getByRole("link", { name: "Next" }).click();
    await expect.poll(() => places(page)).toHaveLength(2);
    const last = await places(page);
    expect(new Set([...first, ...last])).toEqual(added);
    await expect(page.getByRole("link", { name: "Next" })).toHaveCount(0);

    await page.getByRole("link", { name: "Previous" }).click();
    await expect.poll(() => places(page)).toEqual(first);
  });
}

test("the number of rows is chosen and kept", async ({ open, scripts }) => {
  const page = await open(MAINTAINER);
  await page.goto(at.users);
  await page.getByRole("combobox", { name: "Rows on a page" }).selectOption("15");
  if (!scripts) {
    await page.getByRole("button", { name: "Show", exact: true }).click();
  }
  await expect.poll(() => places(page)).toHaveLength(15);
  await page.getByRole("link", { name: "Next" }).click();
  await expect(page.getByRole("link", { name: "Previous" })).toBeVisible();
  expect(new URL(page.url()).searchParams.get("rows")).toBe("15");
});

test("what an address says wrongly is left out and named", async ({ open }) => {
  const page = await open(MAINTAINER);
  const response = await page.goto(`${at.users}?q=brennan&role=emperor&sort=shoe-size&at=%00nonsense&rows=many`);
  expect(response?.status()).toBe(200);
  const notice = page.getByText(/The address was not understood in full/).locator("xpath=ancestor-or-self::*[contains(., 'Left out')][1]");
  for (const parameter of ["role", "sort", "at", "rows"]) {
    await expect(notice).toContainText(parameter);
  }
  await expect(row(page, "Aoife Brennan")).toBeVisible();
});

test("an address somebody was sent opens the same list", async ({ open }) => {
  const page = await open(MAINTAINER);
  await page.goto(`${at.users}?q=example.com&role=auditor&status=active&sort=created&dir=desc`);
  await expect(row(page, "Hana Fujimoto")).toBeVisible();
  await expect(page.getByRole("columnheader", { name: "Created" })).toHaveAttribute("aria-sort", "descending");
  await expect(page.getByRole("button", { name: "Role is Auditor" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Status is Active" })).toBeVisible();
});

test("a search without a match says so and offers the way back", async ({ open }) => {
  const page = await open(MAINTAINER);
  for (const list of [at.users, at.projects, at.budgets]) {
    await page.goto(`${list}?q=nothing-is-called-this`);
    await expect(page.getByText(/“nothing-is-called-this”/)).toBeVisible();
    await page.getByRole("link", { name: /^Clear search/ }).click();
    await expect.poll(async () => (await places(page)).length).toBeGreaterThan(1);
  }
});

test("letters with marks are found as they are written", async ({ open }) => {
  const page = await open(MAINTAINER);
  await page.goto(`${at.users}?q=${encodeURIComponent("LINNÉA")}`);
  await expect(row(page, "Linnéa Bergström")).toBeVisible();
});

test("a project whose name has a percent sign is found by its link and when loaded again", async ({ open, people, scripts }) => {
  const name = `${unique("a%20b~25")}@example.com`;
  await people.maintainer.send("/act/users/create", { name: "Ada Percent", email: name, kind: "regular" });
  const page = await open(MAINTAINER);
  await page.goto(`${at.projects}?type=all&q=${encodeURIComponent(name)}`);
  await alive(page, scripts);
  await page.getByRole("link", { name }).click();
  await arrived(page, name);
  await page.reload();
  await arrived(page, name);
});
