import type { Page } from "@playwright/test";
import type { Keycloak } from "../../support/keycloak";
import { arrived, at, row } from "../../support/steps";
import { alive } from "../../support/test";
import { atSignIn, expect, test } from "../../support/through-keycloak";

// Short enough to outlive it, long enough for a slow machine.
test.use({ mode: "Keycloak-managed", tokenSeconds: 8 });

/** Opens a page until it answers so: claims are read anew when their token is over. */
async function untilItAnswers(page: Page, path: string, status: number): Promise<void> {
  await expect.poll(async () => (await page.goto(path))?.status(), { timeout: 60_000 }).toBe(status);
}

/** A project that the token of a developer has named. */
async function projectOfSomebody(keycloak: Keycloak, enterAs: (username: string) => Promise<Page>): Promise<string> {
  const project = `found-${crypto.randomUUID().slice(0, 8)}`;
  const { username } = await keycloak.add("developer", { applications: [project] });
  const page = await enterAs(username);
  await arrived(page, "My access");
  await alive(page);
  await page.context().clearCookies();
  return project;
}

test("an admin looks projects up, and finds no Users management and no budgets", async ({
  keycloak,
  enterAs,
  faults,
}) => {
  faults.allow(/status of 404/);
  const project = await projectOfSomebody(keycloak, enterAs);
  const { username } = await keycloak.add("admin");
  const page = await enterAs(username);
  await arrived(page, "My access");
  const navigation = page.getByLabel("Main");
  await expect(navigation.getByRole("link", { name: "Projects management" })).toBeVisible();
  await expect(navigation.getByRole("link", { name: "Identity provider" })).toBeVisible();
  await expect(navigation.getByRole("link", { name: /Users management|Budgets/ })).toHaveCount(0);
  await alive(page);
  for (const path of [at.users, at.budgets]) {
    expect((await page.goto(path))?.status()).toBe(404);
  }

  await page.goto(at.projects);
  await expect(page.getByText("Look a project up")).toBeVisible();
  await page.getByRole("searchbox").first().fill("fo");
  await expect(page.getByText("Look a project up")).toBeVisible();
  await page.getByRole("searchbox").first().fill(project);
  await expect(row(page, project)).toBeVisible();
  await row(page, project).getByRole("link", { name: project }).click();
  await arrived(page, project);
  await alive(page);
});

test("a role that is taken away at Keycloak is gone with the next token", async ({ keycloak, enterAs, faults }) => {
  faults.allow(/status of 403/);
  const { username } = await keycloak.add("admin");
  await keycloak.give(username, "developer");
  const page = await enterAs(username);
  await arrived(page, "My access");
  await alive(page);
  expect((await page.goto(at.newProject))?.status()).toBe(200);
  await alive(page);
  await keycloak.take(username, "admin");
  await untilItAnswers(page, at.newProject, 403);
  await page.goto(at.myAccess);
  await expect(page.getByLabel("Facts").getByText("Developer", { exact: true })).toBeVisible();
  await alive(page);

  await keycloak.take(username, "developer");
  await expect(async () => {
    await page.goto(at.myAccess);
    await atSignIn(page);
  }).toPass({ timeout: 60_000 });
});
