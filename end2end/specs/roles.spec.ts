import type { Locator, Page } from "@playwright/test";
import { MAINTAINER } from "../support/console";
import type { Person } from "../support/people";
import { arrived, at, section, signIn, toast } from "../support/steps";
import { alive, expect, test } from "../support/test";
import { PASSWORD } from "../support/visitor";

/** What a script is told when the password is needed, or a choice is not confirmed yet. */
const HELD_UP = /status of (403|422)/;

for (const scripts of [true, false]) {
  test.describe(`${scripts ? "with" : "without"} scripts`, () => {
    test.use({ javaScriptEnabled: scripts });

    test("a stray click grants nothing, and Admin is granted after a dialog that says what it gives", async ({ page, people }) => {
      const zelda = await people.add("Zelda Uxtest");
      await openPage(page, zelda, MAINTAINER, scripts);
      const roles = section(page, "Platform role");
      await expect(roles).toContainText("Changes take effect immediately");
      await expect(roles.getByRole("radio")).toHaveCount(4);
      for (const role of ["Auditor", "Admin", "Maintainer"]) {
        await choice(roles, role).check();
      }
      await page.reload();
      await alive(page, scripts);
      await expect(choice(roles, "User")).toBeChecked();

      await choice(roles, "Admin").check();
      await save(roles);
      const question = page.getByRole("dialog", { name: "Make Zelda Uxtest Admin?" });
      await expect(question).toContainText("Zelda Uxtest will be able to create and deactivate users");
      await question.getByRole("button", { name: "Cancel" }).click();
      await expect(question).toBeHidden();
      await save(roles);
      await question.getByRole("button", { name: "Grant Admin" }).click();
      await expect(toast(page)).toContainText("Zelda Uxtest is now Admin.");
      await expect(choice(roles, "Admin")).toBeChecked();
    });

    test("Undo of a role restores the one before", async ({ page, people }) => {
      const zelda = await people.add("Zelda Uxtest", "auditor");
      await openPage(page, zelda, MAINTAINER, scripts);
      const roles = section(page, "Platform role");
      await choice(roles, "Admin").check();
      await save(roles);
      await page.getByRole("dialog").getByRole("button", { name: "Grant Admin" }).click();
      await toast(page).getByRole("button", { name: "Undo" }).click();
      await expect(toast(page)).toContainText("Restored: Zelda Uxtest is Auditor again.");
      await expect(choice(roles, "Auditor")).toBeChecked();

      await choice(roles, "User").check();
      await save(roles);
      await expect(toast(page)).toContainText("Zelda Uxtest is now User.");
      await toast(page).getByRole("button", { name: "Undo" }).click();
      await expect(choice(roles, "Auditor")).toBeChecked();
    });

    test("Maintainer asks for the password every time, also right after the last one", async ({ page, people, faults }) => {
      faults.allow(HELD_UP);
      const zelda = await people.add("Zelda Uxtest");
      await openPage(page, zelda, MAINTAINER, scripts);
      const roles = section(page, "Platform role");
      for (const _ of ["right after signing in", "right after the first time"]) {
        await choice(roles, "Maintainer").check();
        await save(roles);
        const question = page.getByRole("dialog", { name: "Make Zelda Uxtest Maintainer?" });
        await expect(question).toContainText("Zelda Uxtest will be able to do everything an admin can");
        await question.getByRole("button", { name: "Grant Maintainer" }).click();
        await arrived(page, "Confirm it is you");
        await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
        await page.getByRole("button", { name: /^Confirm/ }).click();
        await arrived(page, "Zelda Uxtest");
        await expect(toast(page)).toContainText("Zelda Uxtest is now Maintainer.");
        await alive(page, scripts);
        await toast(page).getByRole("button", { name: "Undo" }).click();
        await expect(toast(page)).toContainText("Restored: Zelda Uxtest is User again.");
      }
      await expect(choice(roles, "User")).toBeChecked();
    });

    test("an admin grants Auditor, and reads why not Admin and Maintainer", async ({ page, people }) => {
      const ada = await people.add("Ada Admin", "admin");
      const zelda = await people.add("Zelda Uxtest");
      await openPage(page, zelda, ada.email, scripts);
      const roles = section(page, "Platform role");
      await expect(roles.getByRole("radio")).toHaveCount(2);
      await expect(roles.getByText("Only maintainers grant this. Ask one.")).toHaveCount(2);
      await choice(roles, "Auditor").check();
      await save(roles);
      await expect(toast(page)).toContainText("Zelda Uxtest is now Auditor.");
      await page.goto(at.user(ada.id));
      await expect(roles.getByRole("radio")).toHaveCount(0);
      await expect(roles).toContainText("You cannot change your own role.");
    });

    test("the only project admin is removed, demoted and deactivated after a question that says so", async ({ page, people, bursar }) => {
      const project = await people.addProject();
      const zelda = await people.add("Zelda Uxtest");
      await people.addMember(project, zelda, "admin");
      await bursar.makeOnlyProjectAdmin(project, zelda.email);
      const says = `${project} will have no project admin. Only platform admins can then add members.`;

      await openPage(page, zelda, MAINTAINER, scripts);
      await page.getByRole("button", { name: "Deactivate account" }).click();
      await expect(page.getByRole("dialog", { name: "Deactivate Zelda Uxtest?" })).toContainText(says);
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: `Remove Zelda Uxtest from ${project}` }).click();
      const removal = page.getByRole("dialog", { name: `Remove Zelda Uxtest from ${project}?` });
      await expect(removal).toContainText(says);
      await removal.getByRole("button", { name: "Remove from project" }).click();
      await expect(toast(page)).toContainText(`Removed Zelda Uxtest from ${project}.`);
      await toast(page).getByRole("button", { name: "Undo" }).click();
      await expect(toast(page)).toContainText(`Restored Zelda Uxtest as project admin of ${project}.`);

      await page.goto(at.project(project));
      await alive(page, scripts);
      await page.getByRole("button", { name: `Make member of ${project}: Zelda Uxtest` }).click();
      const demotion = page.getByRole("dialog", { name: `Make Zelda Uxtest a member of ${project}?` });
      await expect(demotion).toContainText(says);
      await demotion.getByRole("button", { name: "Make member" }).click();
      await expect(toast(page)).toContainText(`Zelda Uxtest is now member of ${project}.`);

      await page.goto(`${at.projects}?q=${project}`);
      await alive(page, scripts);
      await page.getByRole("button", { name: "State" }).click();
      await page.getByRole("radio", { name: "Without project admin" }).check();
      await page.getByRole("button", { name: "Show projects" }).click();
      await expect(page).toHaveURL(/state=without-admin/);
      await expect(page.getByRole("link", { name: project })).toBeVisible();
    });
  });
}

test("Enter on a role that has to be confirmed saves nothing and says so", async ({ open, people, faults }) => {
  faults.allow(HELD_UP);
  const zelda = await people.add("Zelda Uxtest");
  const page = await open(MAINTAINER);
  await page.goto(at.user(zelda.id));
  await alive(page);
  const roles = section(page, "Platform role");
  await choice(roles, "Maintainer").check();
  await page.keyboard.press("Enter");
  await expect(roles).toContainText("Not saved yet: press “Save role” and confirm Maintainer.");
  await page.goto(at.user(zelda.id));
  await expect(choice(roles, "User")).toBeChecked();
});

test("a role that was chosen and not saved does not come back with the page", async ({ open, people }) => {
  const zelda = await people.add("Zelda Uxtest");
  const page = await open(MAINTAINER);
  await page.goto(at.user(zelda.id));
  await alive(page);
  const roles = section(page, "Platform role");
  await choice(roles, "Maintainer").check();
  await page.goto(at.users);
  await page.goBack();
  await alive(page);
  await expect(choice(roles, "User")).toBeChecked();
});

test("what an operator stored beside Admin is shown and kept", async ({ open, people, bursar }) => {
  const zelda = await people.add("Zelda Uxtest", "admin");
  await bursar.storeAuditor(zelda.email);
  const page = await open(MAINTAINER);
  await page.goto(at.user(zelda.id));
  await alive(page);
  const roles = section(page, "Platform role");
  await expect(roles).toContainText("Auditor is stored for Zelda Uxtest, too; Admin includes it.");
  await save(roles);
  await expect(toast(page)).toContainText("Zelda Uxtest is Admin already. Nothing was changed.");
  await choice(roles, "User").check();
  await save(roles);
  await toast(page).getByRole("button", { name: "Undo" }).click();
  await expect(roles).toContainText("Auditor is stored for Zelda Uxtest, too; Admin includes it.");
});

async function openPage(page: Page, user: Person, as: string, scripts: boolean): Promise<void> {
  await page.goto(at.user(user.id));
  await signIn(page, as, PASSWORD);
  await arrived(page, user.name);
  await alive(page, scripts);
}

/** The radio button of a role, whose label begins with the role. */
function choice(roles: Locator, role: string): Locator {
  return roles.getByRole("radio", { name: new RegExp(`^${role}`) });
}

/** Presses the button that belongs to the role that is chosen; the others are hidden. */
async function save(roles: Locator): Promise<void> {
  await roles.getByRole("button", { name: "Save role" }).click();
}
