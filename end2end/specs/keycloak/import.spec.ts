import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { expectAccessible } from "../../support/accessible";
import { BursarConsole, NEWCOMER } from "../../support/console";
import { Keycloak } from "../../support/keycloak";
import { arrived, row, section } from "../../support/steps";
import { alive } from "../../support/test";
import { answerKeycloak, at, expect, freePort, KEY, test } from "../../support/through-keycloak";

/** Users of the realm besides the maintainer. The first has the address of a user of Bursar. */
const MANY = 30;

/** The page shows the state at some time: by itself with scripts, else when it is refreshed. */
async function becomes(page: Page, state: RegExp, scripts: boolean): Promise<void> {
  const line = page.getByText(state);
  if (scripts) {
    await expect(line).toBeVisible({ timeout: 30_000 });
    return;
  }
  await expect(async () => {
    const refresh = page.getByRole("link", { name: "Refresh" });
    if (await refresh.isVisible()) {
      await refresh.click();
    }
    await expect(line).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 30_000 });
}

/** The lines of the file that the page offers. */
async function download(page: Page): Promise<string[]> {
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download CSV" }).click(),
  ]);
  // Without the byte order mark.
  return new TextDecoder().decode(await readFile(await file.path())).trimEnd().split("\r\n");
}

test("a maintainer plans, imports, looks at a conflict and takes the report along", async ({ page, scripts }) => {
  const keycloak = new Keycloak(`import-${crypto.randomUUID()}`);
  const origin = `http://127.0.0.1:${await freePort()}`;
  const printed = await keycloak.setUp(origin);
  const maintainer = await keycloak.add("admin");
  const users = await keycloak.addMany(MANY, (number) => ({
    realmRoles: ["developer"],
    attributes: { applications: ["tapir"] },
    ...(number === 0 ? { email: NEWCOMER } : {}),
  }));
  const bursar = await BursarConsole.start({ ...printed, PORT: new URL(origin).port, BURSAR_SECRET_KEY: KEY });
  try {
    await page.goto(`${origin}${at.signIn}`);
    await page.getByRole("link", { name: "Continue with Keycloak" }).click();
    await answerKeycloak(page, maintainer.username);
    await arrived(page, "Overview");
    await page.goto(`${origin}/settings/administration/identity-provider#import`);
    await arrived(page, "Identity provider");
    await alive(page, scripts);
    const imports = section(page, "Import from Keycloak");
    await expect(imports.getByText("Not run yet")).toBeVisible();
    await expect(imports.getByRole("button", { name: "Plan import" }), "only maintainers start it").toHaveCount(0);
    await bursar.makeMaintainer(maintainer.email);
    await page.reload();
    await alive(page, scripts);
    await imports.getByRole("button", { name: "Plan import" }).click();

    await arrived(page, "Import from Keycloak");
    await becomes(page, /^Planned /, scripts);
    await alive(page, scripts);
    const created = page.locator("dl > div").filter({ hasText: /^Create/ });
    await expect(created).toContainText(`${MANY - 1}`);
    await page.getByRole("link", { name: "Conflicts 1" }).click();
    const conflict = page.getByRole("row").filter({ hasText: users[0]?.name ?? "" });
    await expect(conflict).toContainText("in Bursar has this e-mail address with another id. Correct the address, or link the identity");
    await expect(page.getByRole("rowgroup").last().getByRole("row")).toHaveCount(1);
    if (scripts) {
      await expectAccessible(page);
    }

    await page.getByRole("button", { name: "Import users" }).click();
    const question = page.getByRole("dialog");
    await expect(question).toContainText(`As planned: create ${MANY - 1} users, update 0, leave out 1 with a conflict.`);
    await question.getByRole("button", { name: "Import users" }).click();
    await becomes(page, /^Imported /, scripts);
    await alive(page, scripts);
    await expect(page.getByRole("heading", { name: "Report of the import" })).toBeVisible();
    const all = await download(page);
    expect(all[0]).toBe("username,name,email,result,reason,detail,over_limit,keycloak_id,time");
    expect(all).toHaveLength(MANY + 2);
    await page.getByRole("link", { name: "Conflicts 1" }).click();
    await expect(page.getByRole("rowgroup").last().getByRole("row")).toHaveCount(1);
    await expect(conflict).toBeVisible();
    expect(await download(page)).toHaveLength(2);
    await conflict.getByRole("link", { name: "Open the user" }).click();
    await expect(page.getByText(NEWCOMER).first()).toBeVisible();

    await page.goto(`${origin}/settings/administration/identity-provider/import?result=created&rows=50`);
    await alive(page, scripts);
    await row(page, users[1]?.name ?? "").getByRole("link").click();
    await arrived(page, users[1]?.name ?? "");
    await expect(page.getByRole("link", { name: "tapir" })).toBeVisible();
  } finally {
    await bursar.stop();
    await keycloak.remove();
  }
});

test("another import shows first what it would do, and says what stays", async ({ page, scripts }) => {
  test.skip(!scripts, "the first test shows the way without scripts");
  const keycloak = new Keycloak(`import-${crypto.randomUUID()}`);
  const origin = `http://127.0.0.1:${await freePort()}`;
  const printed = await keycloak.setUp(origin);
  const maintainer = await keycloak.add("admin");
  const bursar = await BursarConsole.start({
    ...printed,
    PORT: new URL(origin).port,
    BURSAR_SECRET_KEY: KEY,
    KEYCLOAK_MIGRATION_ENABLED: "true",
  });
  try {
    await page.goto(`${origin}${at.signIn}`);
    await page.getByRole("link", { name: "Continue with Keycloak" }).click();
    await answerKeycloak(page, maintainer.username);
    await arrived(page, "Overview");
    await bursar.makeMaintainer(maintainer.email);
    await page.goto(`${origin}/settings/administration/identity-provider`);
    await alive(page);
    const imports = section(page, "Import from Keycloak");
    await expect(imports.getByText(/^Imported /)).toBeVisible();
    await imports.getByRole("link", { name: "Import again" }).click();
    await arrived(page, "Import again");
    await page.getByRole("button", { name: "Plan import" }).click();
    await arrived(page, "Import from Keycloak");
    await becomes(page, /^Planned /, scripts);
    await page.getByRole("link", { name: "Import again" }).click();
    await arrived(page, "Import again");
    await expect(page.getByText("As planned: create 0 users, update 0.")).toBeVisible();
    await expect(page.getByText("What was edited in Bursar stays")).toBeVisible();
    await page.getByRole("button", { name: "Import again" }).click();
    await becomes(page, /^Imported .* by Kim Test/, scripts);
    await expect(page.getByRole("link", { name: "Skipped 1" })).toBeVisible();
  } finally {
    await bursar.stop();
    await keycloak.remove();
  }
});
