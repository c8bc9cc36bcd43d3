import type { Locator, Page } from "@playwright/test";
import { MAINTAINER } from "../support/console";
import { unique } from "../support/people";
import { arrived, at, section, signIn, toast } from "../support/steps";
import { alive, expect, test } from "../support/test";
import { PASSWORD } from "../support/visitor";

/** Statuses that a script's refused post is answered with. */
const REFUSED = /status of 4(09|22)/;

/** Wrong input in one form: what is typed by label, and the problem expected at the label. */
interface Wrong {
  page: string;
  button: string;
  typed: Record<string, string>;
  problems: Record<string, string>;
}

const WRONG_INPUT: Record<string, Wrong> = {
  "a person without a name and with half an address": {
    page: at.newUser,
    button: "Create user",
    typed: { Name: "   ", "E-mail": "ada@" },
    problems: { Name: "Enter the name.", "E-mail": "Enter an e-mail address like name@example.com." },
  },
  "a person with a name too long": {
    page: at.newUser,
    button: "Create user",
    typed: { Name: "a".repeat(260), "E-mail": "" },
    problems: { Name: "Shorten the name by 5", "E-mail": "Enter an e-mail address." },
  },
  "an empty project": {
    page: at.newProject,
    button: "Create project",
    typed: { Name: "", "Display name": "", Description: "" },
    problems: { Name: "Enter a name.", Description: "Enter the description." },
  },
  "a project with capital letters and a display name too long": {
    page: at.newProject,
    button: "Create project",
    typed: { Name: "Atlas Two", "Display name": "b".repeat(151), Description: "<b>kept & as typed</b>" },
    problems: { Name: "Use lower-case letters, digits, - and _ only", "Display name": "Shorten" },
  },
  "a project whose name is too short": {
    page: at.newProject,
    button: "Create project",
    typed: { Name: "ab", Description: "Two letters." },
    problems: { Name: "Enter 3 to 100 characters; this has 2." },
  },
  "a project whose name begins with a hyphen": {
    page: at.newProject,
    button: "Create project",
    typed: { Name: "-atlas", Description: "Begins wrongly." },
    problems: { Name: "Begin with a lower-case letter or a digit." },
  },
  "a project with a reserved name": {
    page: at.newProject,
    button: "Create project",
    typed: { Name: "admin", Description: "Reserved." },
    problems: { Name: "Choose another name: admin is reserved." },
  },
  "a budget of words": {
    page: at.newBudget,
    button: "Create budget",
    typed: { Name: "", "Soft limit": "many", "Hard limit": "1,2,3" },
    problems: {
      Name: "Enter ",
      "Soft limit": "Enter an amount of zero or more, like 250 or 250.00.",
      "Hard limit": "“1,2,3” is ambiguous. Write 12.30 or 123.",
    },
  },
  "a budget with a limit below zero and one that can be read in two ways": {
    page: at.newBudget,
    button: "Create budget",
    typed: { Name: "Ambiguous", "Soft limit": "-1", "Hard limit": "1.250" },
    problems: {
      "Soft limit": "Enter an amount of zero or more",
      "Hard limit": "“1.250” is ambiguous. Write 1.25 or 1,250.",
    },
  },
  "a budget with a decimal comma and too many decimals": {
    page: at.newBudget,
    button: "Create budget",
    typed: { Name: "Decimals", "Soft limit": "12,50", "Hard limit": "10.0123456789" },
    problems: {
      "Soft limit": "“12,50” is ambiguous. Write 12.50 or 1,250.",
      "Hard limit": "Enter at most nine decimals.",
    },
  },
  "a budget whose soft limit is above the hard one": {
    page: at.newBudget,
    button: "Create budget",
    typed: { Name: "Upside down", "Soft limit": "300", "Hard limit": "250.00" },
    problems: {
      "Soft limit": "The soft limit is $50.00 above the hard limit. Enter $250.00 or less, or raise the hard limit.",
    },
  },
  "a budget of nothing": {
    page: at.newBudget,
    button: "Create budget",
    typed: { Name: "Nothing", "Soft limit": "0", "Hard limit": "0" },
    problems: { "Hard limit": "Enter more than $0.00." },
  },
};

for (const [what, { page: path, button, typed, problems }] of Object.entries(WRONG_INPUT)) {
  test(`${what} is told so at its fields and keeps what was typed`, async ({ open, faults }) => {
    faults.allow(REFUSED);
    const page = await open(MAINTAINER);
    await page.goto(path);
    for (const [label, text] of Object.entries(typed)) {
      await fillAnyway(field(page, label), text);
    }
    await sendAnyway(page.getByRole("button", { name: button }));
    await expect(page.getByRole("alert").getByRole("listitem")).toHaveCount(Object.keys(problems).length);
    for (const [label, problem] of Object.entries(problems)) {
      await expect(field(page, label)).toHaveAccessibleDescription(new RegExp(escaped(problem)));
      await expect(field(page, label)).toHaveAttribute("aria-invalid", "true");
    }
    for (const [label, text] of Object.entries(typed)) {
      await expect(field(page, label)).toHaveValue(text);
    }
    expect(new URL(page.url()).pathname, "it stays on the form").toBe(path);
  });
}

test("the summary of problems leads to the field", async ({ open, faults }) => {
  faults.allow(REFUSED);
  const page = await open(MAINTAINER);
  await page.goto(at.newProject);
  await sendAnyway(page.getByRole("button", { name: "Create project" }));
  await page.getByRole("alert").getByRole("link", { name: /^Description: / }).click();
  await expect(field(page, "Description")).toBeFocused();
});

test("a mended form goes through", async ({ open, faults }) => {
  faults.allow(REFUSED);
  const name = unique("mended");
  const page = await open(MAINTAINER);
  await page.goto(at.newProject);
  await field(page, "Name").fill(name.toUpperCase());
  await field(page, "Description").fill("Mended.");
  await page.getByRole("button", { name: "Create project" }).click();
  await expect(field(page, "Name")).toHaveAttribute("aria-invalid", "true");
  await field(page, "Name").fill(name);
  await page.getByRole("button", { name: "Create project" }).click();
  await arrived(page, name);
});

test("a wrong password is told so, and only the e-mail address is kept", async ({ page, people, faults }) => {
  faults.allow(REFUSED);
  const ada = await people.add("Ada Forgetful");
  await page.goto(at.signIn);
  await signIn(page, ada.email, "not the password at all");
  await expect(page.locator("[aria-invalid=true]").first()).toBeVisible();
  await expect(page.getByLabel("E-mail")).toHaveValue(ada.email);
  await expect(page.getByLabel("Password", { exact: true })).toHaveValue("");
  expect(await page.content()).not.toContain("not the password at all");
});

test("an address nobody has is answered like a known one, up to the block and after it", async ({ page, people, faults }) => {
  faults.allow(REFUSED);
  const ada = await people.add("Ada Existing");
  const answers: string[][] = [];
  for (const email of [ada.email, `${unique("nobody")}@example.com`]) {
    const seen: string[] = [];
    for (const wrong of [1, 2, 3, 4, 5, 6]) {
      await page.goto(at.signIn);
      await signIn(page, email, "not the password at all");
      if (wrong < 5) {
        await expect(page.locator("[aria-invalid=true]").first()).toBeVisible();
      } else {
        const blocked = /Sign-in for this address is blocked until \d\d:\d\d UTC\. An administrator can unlock it\./;
        await expect(page.getByRole("alert")).toHaveText(blocked);
      }
      await expect(page.getByLabel("E-mail")).toHaveValue(email);
      const shown = (await page.getByRole("main").innerText()).replaceAll(email, "");
      seen.push(shown.replace(/until \d\d:\d\d/, "until then"));
    }
    answers.push(seen);
  }
  expect(answers[1]).toEqual(answers[0]);
});

test("a deactivated user is told so after the right password", async ({ page, people, faults }) => {
  faults.allow(REFUSED);
  const ada = await people.add("Ada Closed");
  await people.maintainer.send("/act/users/deactivate", { person: ada.id });
  await page.goto(at.signIn);
  await signIn(page, ada.email, "not the password at all");
  await expect(page.getByLabel("Password", { exact: true })).toHaveAccessibleDescription(/is wrong/);
  await signIn(page, ada.email, PASSWORD);
  await expect(page.getByRole("alert")).toHaveText("This account is deactivated. Ask an administrator.");
});

const WRONG_PASSWORDS: Record<string, { current?: string; chosen: string; at: string; problem: string }> = {
  "the current password is wrong": {
    current: "some other password",
    chosen: "five calm otters on a raft",
    at: "Current password",
    problem: "password",
  },
  "the new password is on everybody's list": {
    chosen: "passwordpassword",
    at: "New password",
    problem: "Choose another password",
  },
  "the new password is the current one": { chosen: PASSWORD, at: "New password", problem: "differs from the current one" },
};

for (const [what, wrong] of Object.entries(WRONG_PASSWORDS)) {
  test(`the password stays when ${what}`, async ({ open, people, scripts, faults }) => {
    faults.allow(REFUSED);
    const ada = await people.add("Ada Careful");
    const page = await open(ada.email);
    await page.goto(at.profile);
    await alive(page, scripts);
    await field(page, "Current password").fill(wrong.current ?? PASSWORD);
    await field(page, "New password").fill(wrong.chosen);
    await page.getByRole("button", { name: "Change password" }).click();
    await expect(field(page, wrong.at)).toHaveAccessibleDescription(new RegExp(wrong.problem));
    await expect(field(page, wrong.at)).toHaveAttribute("aria-invalid", "true");
    // A browser without scripts loads the page again, and no page holds a password.
    await expect(field(page, "Current password")).toHaveValue(scripts ? (wrong.current ?? PASSWORD) : "");
    await expect(field(page, "New password")).toHaveValue(scripts ? wrong.chosen : "");
    await people.signIn(ada.email);
  });
}

test("a new password that is too short is not sent and stays on the screen", async ({ open, people, scripts }) => {
  const ada = await people.add("Ada Brief");
  const page = await open(ada.email);
  await page.goto(at.profile);
  await alive(page, scripts);
  await field(page, "Current password").fill(PASSWORD);
  await field(page, "New password").pressSequentially("twelve chars");
  if (scripts) {
    await expect(page.getByText("12 of 15 characters")).toBeVisible();
  }
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(field(page, "Current password")).toHaveValue(PASSWORD);
  await expect(field(page, "New password")).toHaveValue("twelve chars");
  await field(page, "New password").pressSequentially(" and some more");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(toast(page)).toContainText("Password changed.");
});

test("a name that is taken is told so at the field", async ({ open, people, faults }) => {
  faults.allow(REFUSED);
  const page = await open(MAINTAINER);
  const project = await people.addProject();
  const budget = await people.addBudget();
  const ada = await people.add("Ada Twice");

  await test.step("of a project", async () => {
    await page.goto(at.newProject);
    await field(page, "Name").fill(project);
    await field(page, "Description").fill("Once more.");
    await page.getByRole("button", { name: "Create project" }).click();
    const problem = /There is already a project with this name, perhaps a deleted one. Choose another./;
    await expect(field(page, "Name")).toHaveAccessibleDescription(problem);
  });

  await test.step("of a budget, in other letters", async () => {
    await page.goto(at.newBudget);
    await field(page, "Name").fill(budget.name.toUpperCase());
    await field(page, "Soft limit").fill("1");
    await field(page, "Hard limit").fill("2");
    await page.getByRole("button", { name: "Create budget" }).click();
    const problem = /There is already a budget with this name. Choose another./;
    await expect(field(page, "Name")).toHaveAccessibleDescription(problem);
  });

  await test.step("of an account, in other letters", async () => {
    await page.goto(at.newUser);
    await field(page, "Name").fill("Another Ada");
    await field(page, "E-mail").fill(ada.email.toUpperCase());
    await page.getByRole("button", { name: "Create user" }).click();
    const problem = /Another user has this e-mail address./;
    await expect(field(page, "E-mail")).toHaveAccessibleDescription(problem);
  });
});

test("a project limit that is no number is told so", async ({ open, people, faults }) => {
  faults.allow(REFUSED);
  const ada = await people.add("Ada Limited");
  const page = await open(MAINTAINER);
  await page.goto(at.user(ada.id));
  const limit = page.getByLabel("Shared projects");
  await limit.fill("many");
  await page.getByRole("button", { name: "Save limit" }).click();
  await expect(limit).toHaveAccessibleDescription(/Enter a whole number from 0, or nothing for the default./);
  await expect(limit).toHaveValue("many");
});

test("somebody in as many projects as allowed is not added to one more", async ({ open, people, faults }) => {
  faults.allow(REFUSED);
  const ada = await people.add("Ada Everywhere");
  for (const _ of [1, 2, 3]) {
    await people.addMember(await people.addProject(), ada);
  }
  const project = await people.addProject();
  const page = await open(MAINTAINER);
  await page.goto(at.user(ada.id));
  await page.getByLabel("Add to project").fill(project);
  await page.getByRole("button", { name: "Add to project" }).click();
  await expect(page.getByText(/Ada Everywhere is already in 3 of 3 shared projects/).first()).toBeVisible();
  await expect(page.getByLabel("Add to project")).toHaveValue(project);
  await page.goto(at.project(project));
  await expect(page.getByRole("link", { name: "Ada Everywhere" })).toHaveCount(0);
});

test("a project that is not empty says why it cannot be deleted; an empty one goes", async ({ open, people }) => {
  const project = await people.addProject();
  const ada = await people.add("Ada Obstacle");
  await people.addMember(project, ada);
  const page = await open(MAINTAINER);
  await page.goto(at.project(project));
  const deletion = section(page, "Delete project");
  await expect(deletion).toContainText("It cannot be deleted now.");
  await expect(deletion.getByRole("button", { name: "Delete project" })).toBeDisabled();
  const fields = { project, person: ada.id, role: "member" };
  await people.maintainer.send("/act/members/remove", fields);
  await page.reload();
  await deletion.getByRole("button", { name: "Delete project" }).click();
  await page.getByRole("dialog", { name: `Delete ${project}?` }).getByRole("button", { name: "Delete project" }).click();
  await arrived(page, "Projects");
  await expect(toast(page)).toContainText(`${project} deleted.`);
});

function field(page: Page, label: string): Locator {
  return page.getByLabel(new RegExp(`^${escaped(label)}( \\(optional\\))?$`));
}

/** Types past the most characters that the browser takes. */
async function fillAnyway(field: Locator, text: string): Promise<void> {
  await field.evaluate((element) => element.removeAttribute("maxlength"));
  await field.fill(text);
}

/** Presses the button past the browser's own checks, as a form filled in by a program would. */
async function sendAnyway(button: Locator): Promise<void> {
  await button.evaluate((element) => element.closest("form")?.setAttribute("novalidate", ""));
  await button.click();
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
