import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BursarConsole } from "../../support/console";
import { Keycloak } from "../../support/keycloak";
import { arrived } from "../../support/steps";
import { alive } from "../../support/test";
import { at, expect, freePort, KEY, test } from "../../support/through-keycloak";

/** As a spreadsheet in Europe saves it. The last line is refused, and the others are carried out. */
const USERS = [
  "\uFEFFusername;email;first_name;last_name;role;applications;applications_admin",
  "Zelda.Lindqvist;Zelda.Lindqvist@Example.org;Zelda;Lindqvist;developer;tapir, okapi;okapi",
  "zora;zora@example.org;Zora;Okafor;owner;;",
].join("\r\n");

test("a user created from a file chooses a password and has the role and the projects of the file", async ({ page }) => {
  const keycloak = new Keycloak(`made-${crypto.randomUUID()}`);
  const origin = `http://127.0.0.1:${await freePort()}`;
  const printed = await keycloak.setUp(origin);
  const folder = await mkdtemp(join(tmpdir(), "bursar-users-"));
  const [file, passwords] = [join(folder, "users.csv"), join(folder, "passwords.csv")];
  await writeFile(file, USERS);
  const bursar = await BursarConsole.start({ ...printed, PORT: new URL(origin).port, BURSAR_SECRET_KEY: KEY });
  try {
    const plan = await keycloak.createUsers(file, "--plan", "--temporary-passwords", passwords);
    expect(plan.code).toBe(1);
    expect(plan.printed).toContain("+ Zelda.Lindqvist (line 2)");
    expect(plan.printed).toContain("! zora (line 3)\n    column role: Choose admin or developer.");
    await expect(stat(passwords), "only a plan").rejects.toThrow();
    const run = await keycloak.createUsers(file, "--temporary-passwords", passwords);
    expect(run.code).toBe(1);
    expect(run.printed).toContain(plan.printed.slice(0, plan.printed.indexOf("Plan for")));
    expect((await stat(passwords)).mode & 0o777).toBe(0o600);
    const [, line] = (await readFile(passwords, "utf8")).split("\n");
    const [username, email, password] = line?.split(",") ?? [];
    expect([username, email]).toEqual(["zelda.lindqvist", "zelda.lindqvist@example.org"]);
    expect(run.printed).not.toContain(password);

    await page.goto(`${origin}${at.signIn}`);
    await page.getByRole("link", { name: "Continue with Keycloak" }).click();
    await page.getByLabel("Username or email").fill("Zelda.Lindqvist@Example.org");
    await page.getByLabel("Password", { exact: true }).fill(password ?? "");
    await page.getByRole("button", { name: "Sign In" }).click();
    await page.getByLabel("New Password", { exact: true }).fill("chosen-by-zelda");
    await page.getByLabel("Confirm password", { exact: true }).fill("chosen-by-zelda");
    await page.getByRole("button", { name: "Submit" }).click();
    await arrived(page, "My access");
    await alive(page);
    await expect(page.getByRole("link", { name: "tapir" })).toBeVisible();
    await expect(page.getByRole("listitem").filter({ has: page.getByRole("link", { name: "okapi" }) })).toContainText("Project admin");

    const again = await keycloak.createUsers(file);
    expect(again.printed).toContain("= Zelda.Lindqvist (line 2)");
    expect(again.printed).toContain("2 of 2 rows: 0 created, 0 updated, 1 unchanged, 1 refused.");
  } finally {
    await bursar.stop();
    await keycloak.remove();
    await rm(folder, { recursive: true });
  }
});
