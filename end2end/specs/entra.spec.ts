import { expect, test } from "../support/entra";
import { arrived, at } from "../support/steps";
import { alive } from "../support/test";

test("a member of the group that is mapped to developer signs in, and out at the provider too", async ({ enterAs }) => {
  const name = `developer-${crypto.randomUUID().slice(0, 8)}`;
  const page = await enterAs(name);
  await arrived(page, `Kim ${name}`);
  await expect(page.getByText(`${name}@example.org`).first()).toBeVisible();
  // Ports share their cookies; ours are those of this one.
  const ours = (await page.context().cookies()).filter((cookie) => cookie.name.startsWith("__Host-"));
  expect(ours).toEqual([
    expect.objectContaining({ name: "__Host-bursar", httpOnly: true, secure: true, sameSite: "Lax" }),
  ]);
  await page.getByRole("button", { name: /Account and settings/ }).click();
  await page.getByLabel("Main").getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Yes, sign me out" }).click();
  await expect(page.getByRole("link", { name: "Continue with Microsoft" })).toBeVisible();
});

test("a member of other groups does not come in", async ({ enterAs }) => {
  const page = await enterAs(`visitor-${crypto.randomUUID().slice(0, 8)}`);
  await arrived(page, "Your account has no role yet");
  await page.goto(at.profile);
  await expect(page.getByRole("link", { name: "Continue with Microsoft" })).toBeVisible();
});

test("an imported project whose name has a percent sign is found by its link, when loaded again, and when changed", async ({ enterAs }) => {
  const name = `developer-percent-${crypto.randomUUID().slice(0, 8)}`;
  const project = `${name} 100%20b`;
  const page = await enterAs(name);
  await arrived(page, `Kim ${name}`);
  await page.goto(at.myAccess);
  await alive(page);
  await page.getByRole("link", { name: project }).click();
  await arrived(page, project);
  await page.reload();
  await arrived(page, project);
  await alive(page);
  await page.getByRole("link", { name: "Edit project" }).click();
  await page.getByLabel("Display name").fill("All of it");
  await page.getByLabel("Description").fill("Named by another system.");
  await page.getByRole("button", { name: "Save project" }).click();
  await arrived(page, "All of it");
  await expect(page.getByText(project, { exact: true })).toBeVisible();
});
