import { unique } from "../support/people";
import { MAINTAINER } from "../support/console";
import { arrived, at, toast } from "../support/steps";
import { alive, enter, expect, test } from "../support/test";

for (const scripts of [true, false]) {
  test.describe(`${scripts ? "with" : "without"} scripts`, () => {
    test.use({ javaScriptEnabled: scripts });

    test("a maintainer creates a gateway, hands its token over and revokes it", async ({ page, context, bursar, people }) => {
      await enter(context, bursar.origin, (await people.signIn(MAINTAINER)).session);
      await page.goto(at.gateways);
      await page.getByRole("link", { name: "Create gateway" }).first().click();
      await arrived(page, "Create gateway");
      await alive(page, scripts);
      const name = unique("LiteLLM");
      await page.getByLabel("Name").fill(name);
      await page.getByLabel("Expires").selectOption("After 90 days");
      await page.getByRole("button", { name: "Create gateway" }).click();

      await arrived(page, "Gateways");
      const alert = page.getByRole("alert");
      await expect(alert).toContainText(`Token of ${name}`);
      const token = (await alert.locator("code").textContent()) ?? "";
      expect(token).toMatch(/^bursar_gw_[\w-]{43}$/);
      const row = page.getByRole("row").filter({ hasText: name });
      await expect(row).toContainText(`Token ends in ${token.slice(-4)}`);
      await expect(row).toContainText("Active");
      // Without the cookies of the browser.
      const release = (id: string) =>
        fetch(`${bursar.origin}/v1/gateway/reservations/${id}/release`, {
          method: "POST",
          headers: { authorization: `Bearer ${token}` },
        });
      const unknown = crypto.randomUUID();
      expect((await release(unknown)).status, "authenticated; there is no such reservation").toBe(404);

      await alive(page, scripts);
      await alert.getByRole("button", { name: "Done, I have handed it over" }).click();
      await expect(page.getByRole("alert")).toHaveCount(0);
      expect(await page.content()).not.toContain(token);

      await alive(page, scripts);
      await row.getByRole("button", { name: `Revoke ${name}` }).click();
      const dialog = page.getByRole("dialog");
      await expect(dialog).toContainText("Its token stops working at once");
      await dialog.getByRole("button", { name: "Revoke gateway" }).click();
      await expect(toast(page)).toContainText(`Gateway ${name} revoked.`);
      await expect(row).toContainText("Revoked");
      await expect(row.getByRole("button")).toHaveCount(0);
      expect((await release(unknown)).status).toBe(401);
    });
  });
}
