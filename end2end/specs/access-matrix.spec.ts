import { MAINTAINER } from "../support/console";
import { PHONE } from "../support/sizes";
import { arrived, at } from "../support/steps";
import { alive, enter, expect, test } from "../support/test";

for (const scripts of [true, false]) {
  test.describe(`${scripts ? "with" : "without"} scripts`, () => {
    test.use({ javaScriptEnabled: scripts });

    test("an auditor finds who administers RabbitMQ, with the footnotes of the matrix", async ({ page, context, bursar, people }) => {
      const auditor = await people.add("Zelda Reads Matrices", "auditor");
      await enter(context, bursar.origin, (await people.signIn(auditor.email)).session);
      await page.goto(at.accessMatrix);
      await arrived(page, "Access matrix");
      const grid = page.getByRole("table", { name: "Roles by resource" });
      const columns = await grid.getByRole("columnheader").allInnerTexts();
      expect(columns.map((text) => text.split("\n")[0])).toEqual([
        "Role",
        "Grafana",
        "IoT Bridge API",
        "Tenant Portal",
        "pgAdmin",
        "RabbitMQ",
        "KC CDM Admin",
      ]);
      const operator = grid.getByRole("row").filter({ has: page.getByRole("rowheader", { name: "cdm-operator" }) });
      await expect(operator.getByRole("cell").nth(3)).toHaveText(/Granted, should be restricted.*DB Superuser/);
      await expect(operator.getByRole("cell").nth(4)).toHaveText("No access");
      await operator.getByRole("link", { name: /footnote 1$/ }).click();
      await expect(page).toHaveURL(/#footnote-1$/);
      await expect(page.locator("#footnote-1")).toContainText("maps to the postgres superuser");
      await expect(page.getByRole("list", { name: "Footnotes" }).getByRole("listitem")).toHaveCount(4);

      await alive(page, scripts);
      await page.getByRole("button", { name: "Resource", exact: true }).click();
      await page.getByRole("radio", { name: "RabbitMQ" }).check();
      await page.getByRole("button", { name: "Show roles" }).first().click();
      await page.waitForURL(/resource=rabbitmq/);
      await expect(grid.getByRole("rowheader", { name: /admin|operator/ })).toHaveText([/platform-admin/, /platform-operator/]);
      await alive(page, scripts);
      await page.getByRole("button", { name: "Level", exact: true }).click();
      await page.getByRole("radio", { name: "Full" }).check();
      await page.getByRole("button", { name: "Show roles" }).last().click();
      await page.waitForURL(/level=full/);
      await expect(grid.getByRole("rowheader", { name: /admin|operator/ })).toHaveText([/platform-admin/]);
      await page.getByRole("link", { name: "Clear", exact: true }).click();
      await expect(grid.getByRole("rowheader", { name: /^cdm-/ })).toHaveCount(3);
    });

    test("a maintainer searches Bursar’s own permissions", async ({ page, context, bursar, people }) => {
      await enter(context, bursar.origin, (await people.signIn(MAINTAINER)).session);
      await page.goto(at.accessMatrix);
      await alive(page, scripts);
      await page.getByRole("link", { name: "Bursar’s own permissions" }).click();
      const grid = page.getByRole("table", { name: "Bursar’s own permissions" });
      const create = grid.getByRole("row").filter({ has: page.getByRole("rowheader", { name: "Create and assign budgets" }) });
      await expect(create.getByRole("cell")).toHaveText(["All", ...Array<string>(6).fill("No access")]);
      await alive(page, scripts);
      await page.getByRole("searchbox", { name: "Search permissions" }).fill("gateway");
      await page.keyboard.press("Enter");
      await page.waitForURL(/q=gateway/);
      await expect(grid.getByRole("rowheader")).toHaveText(["See gateways", "Create and revoke gateways"]);
    });
  });
}

test("the heads of the grid stay in sight and nothing but the grid scrolls sideways", async ({ open }) => {
  const page = await open(MAINTAINER);
  await page.setViewportSize({ width: PHONE.width, height: 700 });
  await page.goto(at.accessMatrix);
  const frame = page.getByRole("region", { name: "Roles by resource" });
  const head = frame.getByRole("columnheader", { name: /^Grafana/ });
  const role = frame.getByRole("rowheader", { name: /cdm-viewer/ });
  await frame.evaluate((element) => {
    element.scrollTo({ left: 200, top: 120, behavior: "instant" });
  });
  const [box, top, left] = await Promise.all([frame.boundingBox(), head.boundingBox(), role.boundingBox()]);
  expect(Math.abs((top?.y ?? 0) - (box?.y ?? 0))).toBeLessThan(2);
  expect(Math.abs((left?.x ?? 0) - (box?.x ?? 0))).toBeLessThan(2);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
});

const PRINTED = [at.accessMatrix, at.users, at.projects, at.budgets, at.spending, at.auditLog, at.jobs];

test("a printed page has everything that scrolls on a screen, and no navigation", async ({ open }) => {
  const page = await open(MAINTAINER);
  for (const address of PRINTED) {
    await page.goto(address);
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    await expect(page.locator("main").getByRole("table").or(page.locator("main section")).first()).toBeVisible();
    const cut = await page.locator("main").evaluate((main) =>
      [...main.querySelectorAll("*")]
        .filter((element) => /auto|scroll/.test(getComputedStyle(element).overflow))
        .filter((element) => element.scrollHeight > element.clientHeight || element.scrollWidth > element.clientWidth)
        .map((element) => element.outerHTML.slice(0, 200)),
    );
    expect(cut, address).toEqual([]);
    await expect(page.getByRole("link", { name: "Users management" })).toBeHidden();
    await expect(page.getByRole("search")).toHaveCount(0);
    const [ink, , , alpha] = await page.evaluate(() => {
      const context = document.createElement("canvas").getContext("2d");
      if (context === null) {
        throw new Error("no canvas");
      }
      context.fillStyle = getComputedStyle(document.body).color;
      context.fillRect(0, 0, 1, 1);
      return [...context.getImageData(0, 0, 1, 1).data];
    });
    expect(alpha).toBe(255);
    expect(ink, "dark ink on white paper, whatever the theme").toBeLessThan(80);
    await page.emulateMedia({ media: "screen", colorScheme: null });
  }
});

test("a developer has no access to the matrix", async ({ open, people, faults }) => {
  faults.allow(/status of 403/);
  const page = await open((await people.add("Zelda Develops")).email);
  await page.goto(at.accessMatrix);
  await arrived(page, "You don't have access");
});
