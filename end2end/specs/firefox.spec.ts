import { expect } from "../support/entra";
import { arrived, fill, press, test } from "../support/firefox";
import { at } from "../support/steps";

test.use({ signOutDetours: 2 });

for (const scripts of [true, false]) {
  test(`Firefox signs in and out at the provider ${scripts ? "with" : "without"} scripts`, async ({ bursar, openFirefox }) => {
    const name = `developer-${crypto.randomUUID().slice(0, 8)}`;
    const page = await openFirefox(scripts);
    await page.goto(`${bursar.origin}${at.profile}`);
    await press(page, "Continue with Microsoft");
    await fill(page, "login", name);
    await fill(page, "password", "any");
    await press(page, "Sign-in");
    await press(page, "Continue");
    await arrived(page, `Kim ${name}`);
    await (await page.waitForSelector("#sign-out button", { visible: true }))?.click();
    await press(page, "Yes, sign me out");
    await press(page, "Continue with Microsoft");
    await fill(page, "login", name);
    expect(page.url(), "the provider asks who it is once more").toContain("/interaction/");
  });
}
