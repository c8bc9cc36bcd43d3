import { MAINTAINER } from "../support/console";
import { unique } from "../support/people";
import { arrived, at, section, signIn, toast } from "../support/steps";
import { alive, expect, test } from "../support/test";
import { PASSWORD } from "../support/visitor";

for (const scripts of [true, false]) {
  test.describe(`${scripts ? "with" : "without"} scripts`, () => {
    test.use({ javaScriptEnabled: scripts });

    test("a mistyped address is corrected and its user signs in with the new one", async ({ page, people, browser, baseURL, faults }) => {
      const ada = await people.add("Ada Mistyped");
      const corrected = `${unique("corrected")}@example.com`;
      await page.goto(at.user(ada.id));
      await signIn(page, MAINTAINER, PASSWORD);
      await arrived(page, ada.name);
      await alive(page, scripts);

      const account = section(page, "Account");
      faults.allow(/status of 422/);
      await account.getByLabel("E-mail").fill(MAINTAINER);
      await account.getByRole("button", { name: "Change address" }).click();
      await expect(account.getByText("Another user has this e-mail address.")).toBeVisible();
      await expect(account.getByLabel("E-mail")).toHaveValue(MAINTAINER);

      await account.getByLabel("E-mail").fill(corrected);
      await account.getByRole("button", { name: "Change address" }).click();
      await expect(toast(page)).toContainText("E-mail address changed.");
      await expect(page.getByText("Unverified e-mail")).toBeVisible();

      const context = await browser.newContext({ baseURL: baseURL ?? "", javaScriptEnabled: scripts });
      const hers = await context.newPage();
      await hers.goto(at.myAccess);
      await signIn(hers, corrected, PASSWORD);
      await arrived(hers, "My access");
      await context.close();
    });

    test("the address of a deactivated user is released for another account", async ({ page, people }) => {
      const ada = await people.add("Ada Former");
      await people.maintainer.send("/act/users/deactivate", { person: ada.id });
      await page.goto(at.user(ada.id));
      await signIn(page, MAINTAINER, PASSWORD);
      await arrived(page, ada.name);
      await alive(page, scripts);

      await page.getByRole("button", { name: "Release address" }).click();
      const question = page.getByRole("dialog", { name: `Release ${ada.email}?` });
      await question.getByRole("button", { name: "Release address" }).click();
      await expect(toast(page)).toContainText("E-mail address released.");
      await expect(page.getByText("E-mail address released", { exact: true })).toBeVisible();

      await page.goto(at.newUser);
      await page.getByLabel("Name").fill("Ada Successor");
      await page.getByLabel("E-mail").fill(ada.email);
      await page.getByRole("button", { name: "Create user" }).click();
      await arrived(page, "Ada Successor");
    });
  });
}
