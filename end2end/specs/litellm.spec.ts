import { expectAccessible } from "../support/accessible";
import { BursarConsole, MAINTAINER } from "../support/console";
import { LiteLlm } from "../support/litellm";
import { People } from "../support/people";
import { DESKTOP } from "../support/sizes";
import { arrived, at, section, toast } from "../support/steps";
import { alive, enter, expect, test } from "../support/test";

test("without a LiteLLM proxy the page says what one is for, and the navigation has none", async ({ open }) => {
  const page = await open(MAINTAINER);
  await page.goto(at.liteLlm);
  await arrived(page, "LiteLLM");
  await expect(page.getByText("No LiteLLM proxy is connected")).toBeVisible();
  await expect(page.getByLabel("Main").getByRole("link", { name: "LiteLLM" })).toHaveCount(0);
});

test("a maintainer sees what a push changes, starts it, and pushes away what others changed", async ({ context, page, scripts }) => {
  // Two jobs take turns every few seconds.
  test.slow();
  const proxy = await LiteLlm.start();
  const bursar = await BursarConsole.start(proxy.variables);
  try {
    const people = await People.of(bursar);
    const [user, budget] = [await people.add("Zelda Proxy"), await people.addBudget()];
    await people.maintainer.send("/act/budgets/assign-to-user", { budget: budget.id, person: user.id });
    proxy.budgets.set("theirs", { budget_id: "theirs", max_budget: 1 });
    await enter(context, bursar.origin, (await people.signIn(MAINTAINER)).session);
    const open = () => page.goto(bursar.origin + at.liteLlm);
    const differences = section(page, "Differences");
    const row = (text: string) => differences.getByRole("row").filter({ hasText: text });

    await page.goto(bursar.origin + at.overview);
    await alive(page, scripts);
    await page.getByLabel("Main").getByRole("link", { name: "LiteLLM" }).click();
    await arrived(page, "LiteLLM");
    await expect(section(page, "Pushing")).toContainText("Not started");
    await expect(row(budget.name)).toContainText("Creates it");
    await expect(row(budget.name)).toContainText("Not there");
    await expect(differences).toContainText("1 in LiteLLM alone, left as is");
    expect(proxy.customers.size).toBe(0);

    await differences.getByRole("button", { name: "Start pushing" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Start pushing" }).click();
    await expect(toast(page)).toContainText("Budgets are pushed to LiteLLM from now on.");
    const pushed = async () => {
      await open();
      await expect(differences).toContainText("Nothing differs", { timeout: 1_000 });
    };
    await expect(pushed).toPass({ timeout: 60_000 });
    expect(proxy.customers.get(user.email)).toMatchObject({ budget_id: budget.id, blocked: false });
    await page.goto(bursar.origin + at.budget(budget.id));
    await expect(page.getByRole("complementary", { name: "Facts" })).toContainText("Pushed");

    proxy.budgets.set(budget.id, { ...proxy.budgets.get(budget.id), max_budget: 9999 });
    await open();
    await expect(row(budget.name)).toContainText("$9,999.00");
    // The rules are a script themselves.
    if (scripts) {
      await expectAccessible(page);
      await page.setViewportSize(DESKTOP);
    }
    await alive(page, scripts);
    await differences.getByRole("button", { name: "Push again" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Push again" }).click();
    await expect(toast(page)).toContainText("1 object pushed within a few seconds.");
    await expect(pushed).toPass({ timeout: 60_000 });
    expect(proxy.budgets.get(budget.id)?.["max_budget"]).not.toBe(9999);

    proxy.refusal = 401;
    await open();
    await expect(page.getByText("What differs is not known.")).toBeVisible();
    await expect(page.getByText(/refused the key\. It has to be the master key/)).toBeVisible();
    proxy.refusal = undefined;

    await open();
    await alive(page, scripts);
    await page.getByRole("button", { name: "Stop pushing" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Stop pushing" }).click();
    await expect(section(page, "Pushing")).toContainText("Not started");
  } finally {
    await bursar.stop();
    proxy.stop();
  }
});
