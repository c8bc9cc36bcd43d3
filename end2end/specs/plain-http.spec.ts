import { expect, test } from "../support/test";

test("the sign-in page over plain http says that https is needed", async ({ browser, bursar }) => {
  const notice = "Signing in needs HTTPS.";
  // A context of its own: the shared one takes a request to another name for one that leaves this machine.
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${bursar.origin}/sign-in`);
  await expect(page.getByLabel("Password", { exact: true })).toBeVisible();
  await expect(page.getByText(notice)).toHaveCount(0);
  await page.goto(`${bursar.origin.replace("127.0.0.1", "bursar.lan")}/sign-in`);
  await expect(page.getByText(notice)).toBeVisible();
  await context.close();
});
