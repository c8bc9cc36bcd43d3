import { arrived, at, choosePassword, section, signIn, toast } from "../support/steps";
import { alive, expect, test } from "../support/test";
import { PASSWORD } from "../support/visitor";
import { MAINTAINER } from "../support/console";

/** What a script is told once its session is over. */
const SIGNED_OUT = /status of 401/;

test("a session ended elsewhere is over at its next request", async ({ open, people, faults }) => {
  faults.allow(SIGNED_OUT);
  const ada = await people.add("Ada Elsewhere");
  const here = await open(ada.email);
  const there = await open(ada.email);
  await there.goto(at.myAccess);
  await here.goto(at.profile);
  const sessions = section(here, "Sessions");
  await expect(sessions.getByText("This session")).toHaveCount(1);
  const ends = sessions.getByRole("button", { name: /^End session/ });
  const before = await ends.count();
  for (let left = before; left > 0; left -= 1) {
    await ends.first().click();
    await expect(ends).toHaveCount(left - 1);
  }
  await there.getByRole("link", { name: "Profile" }).first().click();
  await arrived(there, "Sign in");
  await here.reload();
  await arrived(here, ada.name);
});

test("signing out everywhere ends every session, here too", async ({ open, people, faults }) => {
  faults.allow(SIGNED_OUT);
  const ada = await people.add("Ada Everywhere");
  const here = await open(ada.email);
  const there = await open(ada.email);
  await there.goto(at.myAccess);
  await here.goto(at.profile);
  const sessions = section(here, "Sessions");
  await sessions.getByRole("button", { name: "Sign out everywhere" }).click();
  const question = here.getByRole("dialog", { name: "Sign out everywhere?" });
  await question.getByRole("button", { name: "Sign out everywhere" }).click();
  await arrived(here, "Sign in");
  await there.reload();
  await arrived(there, "Sign in");
});

test("a question can be called off and nothing happens", async ({ open, people }) => {
  const ada = await people.add("Ada Undecided");
  const page = await open(ada.email);
  await page.goto(at.profile);
  const ask = page.getByRole("button", { name: "Sign out everywhere" }).first();
  await ask.click();
  const question = page.getByRole("dialog", { name: "Sign out everywhere?" });
  await question.getByRole("button", { name: "Cancel" }).click();
  await expect(question).toBeHidden();
  await expect(ask, "the focus goes back to where the question was asked").toBeFocused();
  await page.reload();
  await arrived(page, ada.name);
});

test("a new password ends the other sessions", async ({ open, people, faults }) => {
  faults.allow(SIGNED_OUT);
  const ada = await people.add("Ada Renewed");
  const here = await open(ada.email);
  const there = await open(ada.email);
  await there.goto(at.myAccess);
  await here.goto(at.profile);
  await here.getByLabel("Current password").fill(PASSWORD);
  await choosePassword(here, "five calm otters on a raft");
  await expect(toast(here)).toContainText("Password changed.");
  await there.reload();
  await arrived(there, "Sign in");
  await signIn(there, ada.email, "five calm otters on a raft");
  await arrived(there, "My access");
});

test("deactivating somebody ends the session; undo lets them sign in again", async ({ open, people, faults }) => {
  faults.allow(SIGNED_OUT);
  const ada = await people.add("Ada Leaving");
  const hers = await open(ada.email);
  await hers.goto(at.myAccess);
  const page = await open(MAINTAINER);
  await page.goto(at.user(ada.id));
  await page.getByRole("button", { name: "Deactivate account" }).click();
  const question = page.getByRole("dialog", { name: "Deactivate Ada Leaving?" });
  await question.getByRole("button", { name: "Deactivate account" }).click();
  await expect(toast(page)).toContainText("Ada Leaving deactivated; all sessions revoked.");
  await hers.reload();
  await arrived(hers, "Sign in");
  await expect(people.signIn(ada.email)).rejects.toThrow();
  await toast(page).getByRole("button", { name: "Undo" }).click();
  await expect(toast(page)).toContainText("Restored Ada Leaving.");
  await signIn(hers, ada.email, PASSWORD);
  await arrived(hers, "My access");
});

test("a right that was taken away is gone at the next request", async ({ open, people, faults }) => {
  faults.allow(/status of 403/);
  const ada = await people.add("Ada Former-Admin", "admin");
  const page = await open(ada.email);
  await page.goto(at.users);
  await arrived(page, "Users");
  await people.maintainer.send("/act/users/set-role", { person: ada.id, role: "user" });
  await page.reload();
  await arrived(page, "You don't have access");
});

test("after signing out the back button shows nothing", async ({ open, people, faults, scripts }) => {
  faults.allow(SIGNED_OUT);
  const ada = await people.add("Ada Gone");
  const page = await open(ada.email);
  for (const path of [at.myAccess, at.profile]) {
    await page.goto(path);
    await alive(page, scripts);
  }
  await section(page, "Sign out").getByRole("button", { name: "Sign out" }).click();
  await arrived(page, "Sign in");
  await page.goBack();
  await arrived(page, "Sign in");
  await expect(page.getByText(ada.email)).toHaveCount(0);
});

test("signing out is one press away from every page", async ({ open, people }) => {
  const ada = await people.add("Ada Away");
  const page = await open(ada.email);
  await page.goto(at.myAccess);
  await page.getByRole("button", { name: /Account and settings/ }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await arrived(page, "Sign in");
});

test("who was sent to sign in comes back to where they wanted to go", async ({ page, people }) => {
  const ada = await people.add("Ada Returning", "admin");
  await page.goto(`${at.users}?q=brennan`);
  await arrived(page, "Sign in");
  await signIn(page, ada.email, PASSWORD);
  await arrived(page, "Users");
  expect(new URL(page.url()).searchParams.get("q")).toBe("brennan");
});

for (const next of ["https://example.com/", "//example.com/", "/\\example.com/", "/%0d%0aLocation:x", "javascript:alert(1)"]) {
  test(`signing in never leads to ${next}`, async ({ page, people, bursar, faults }) => {
    // Written as a path it is one of this site, where there is nothing.
    faults.allow(/status of 404/);
    const ada = await people.add("Ada Misled");
    await page.goto(`${at.signIn}?next=${encodeURIComponent(next)}`);
    await signIn(page, ada.email, PASSWORD);
    await expect(page).not.toHaveURL(/sign-in/);
    expect(new URL(page.url()).origin).toBe(bursar.origin);
  });
}

test("a one-time password opens nothing but the change of it", async ({ page, people }) => {
  const { person, oneTimePassword } = await people.invite("Ada New");
  await page.goto(at.signIn);
  await signIn(page, person.email, oneTimePassword);
  await arrived(page, "Choose a new password");
  for (const place of [at.myAccess, at.users, "/"]) {
    await page.goto(place);
    await arrived(page, "Choose a new password");
  }
});
