import type { Locator, Page } from "@playwright/test";
import { MAINTAINER } from "../support/console";
import { type People, type Person, unique } from "../support/people";
import { at, row, section, toast } from "../support/steps";
import { alive, expect, test } from "../support/test";

/** What every action of the table starts from: the user and the first project have a budget, too. */
interface Setting {
  user: Person;
  /** The user is a member of both. */
  projects: [string, string];
  /** Two members of the first project beside the maintainer and the user. */
  members: [Person, Person];
  /** In no project. */
  stranger: Person;
}

interface Action {
  at: (setting: Setting) => string;
  /** What the keyboard is on when the form is sent; sends it. */
  act: (page: Page, setting: Setting) => Promise<Locator>;
  /** Part of what the live region says. */
  says?: RegExp;
  /** Where the focus is afterwards; on the control that was used unless something else is said. */
  focus?: (page: Page, setting: Setting) => Locator;
  /** The status of a refusal. */
  refused?: number;
  /** By how many pixels the page may follow a control that stands elsewhere afterwards. */
  mayMove?: number;
}

/** Differences in pixels that are due to rounding. */
const ROUNDING = 2;

const button = (within: Page | Locator, name: string | RegExp): Locator => within.getByRole("button", { name });

/** Presses Enter on a control in the middle of a window that is not tall. */
async function press(control: Locator): Promise<Locator> {
  await control.evaluate((element) => {
    element.scrollIntoView({ block: "center" });
    (element as HTMLElement).focus({ preventScroll: true });
  });
  await remember(control);
  await control.press("Enter");
  return control;
}

/** Answers the dialog that a control opens. */
async function confirm(opener: Locator, verb: string): Promise<Locator> {
  await press(opener);
  const dialog = opener.page().locator("dialog[open]");
  await dialog.getByRole("button", { name: verb }).press("Enter");
  return opener;
}

/** Takes the first suggestion for a text. */
async function choose(field: Locator, text: string): Promise<void> {
  await field.fill(text);
  await field.page().getByRole("option", { name: text }).first().click();
}

/** Keeps where the page is scrolled to, and where on the screen the control is. */
function remember(control: Locator): Promise<void> {
  return control.evaluate((element) => {
    Object.assign(window, { before: { scroll: scrollY, top: element.getBoundingClientRect().top } });
  });
}

const category = (page: Page, name: string): Locator =>
  section(page, "Budgets").getByRole("listitem").filter({ hasText: name });
const card = (page: Page, name: string): Locator =>
  page.getByRole("heading", { level: 3, name }).locator("xpath=ancestor::*[.//form][1]");

/** Every action that leaves its page on the screen. */
const ACTIONS: Record<string, Action> = {
  "saving a project limit": {
    at: ({ user }) => at.user(user.id),
    act: async (page) => {
      await page.getByLabel("Shared projects").fill("7");
      return press(button(page, "Save limit"));
    },
    says: /limit/,
  },
  "saving a wrong project limit": {
    at: ({ user }) => at.user(user.id),
    act: async (page) => {
      await page.getByLabel("Shared projects").fill("many");
      return press(button(page, "Save limit"));
    },
    refused: 422,
    focus: (page) => page.getByLabel("Shared projects"),
  },
  "saving a platform role": {
    at: ({ user }) => at.user(user.id),
    act: async (page) => {
      await section(page, "Platform role").getByRole("radio", { name: /^Auditor/ }).check();
      return press(button(page, "Save role").filter({ visible: true }));
    },
    says: /Auditor/,
  },
  "changing the role in a project on the user's page": {
    at: ({ user }) => at.user(user.id),
    act: async (page, { projects }) => {
      await row(page, projects[0]).getByRole("combobox").selectOption("admin");
      return press(button(row(page, projects[0]), /^Change/));
    },
    says: /project admin/,
  },
  "removing the user from a project": {
    at: ({ user }) => at.user(user.id),
    act: (page, { projects, user }) => confirm(button(page, `Remove ${user.name} from ${projects[0]}`), "Remove from project"),
    says: /Removed/,
    focus: (page, { projects, user }) => button(page, `Remove ${user.name} from ${projects[1]}`),
  },
  "assigning a budget to the user": {
    at: ({ user }) => at.user(user.id),
    act: async (page) => {
      await choose(category(page, "Platform").getByRole("combobox"), "Platform eng");
      return press(button(category(page, "Platform"), "Replace"));
    },
    says: /Budget .+ assigned/,
    focus: (page) => category(page, "Platform").getByRole("combobox"),
  },
  "unassigning a budget from the user": {
    at: ({ user }) => at.user(user.id),
    act: (page) => confirm(button(category(page, "Platform"), "Unassign"), "Unassign budget"),
    says: /unassigned/,
    focus: (page) => button(category(page, "Platform"), "Assign"),
    // Without the facts of the budget the button stands higher, and the page follows it.
    mayMove: 24,
  },
  "deactivating the user": {
    at: ({ user }) => at.user(user.id),
    act: (page) => confirm(button(page, "Deactivate account"), "Deactivate account"),
    says: /deactivated/,
    focus: (page) => button(page, "Reactivate account"),
  },
  "issuing a one-time password": {
    at: ({ user }) => at.user(user.id),
    act: (page) => confirm(button(page, "Issue one-time password"), "Issue password"),
  },
  "changing the role of a member on the project's page": {
    at: ({ projects }) => at.project(projects[0]),
    act: async (page, { members }) => {
      await row(page, members[0].name).getByRole("combobox").selectOption("admin");
      return press(button(row(page, members[0].name), /^Change/));
    },
    says: /project admin/,
  },
  "removing a member": {
    at: ({ projects }) => at.project(projects[0]),
    act: (page, { projects, members }) => confirm(button(page, `Remove ${members[0].name} from ${projects[0]}`), "Remove from project"),
    says: /Removed/,
    focus: (page, { projects, members }) => button(page, `Remove ${members[1].name} from ${projects[0]}`),
  },
  "adding a member": {
    at: ({ projects }) => at.project(projects[0]),
    act: async (page, { stranger }) => {
      await page.getByRole("combobox", { name: "Add member" }).fill(stranger.name);
      await page.getByRole("option", { name: stranger.name }).click();
      return press(button(page, "Add member"));
    },
    says: /Added/,
    focus: (page) => page.getByRole("combobox", { name: "Add member" }),
  },
  "assigning a budget to the project": {
    at: ({ projects }) => at.project(projects[0]),
    act: async (page) => {
      await choose(card(page, "Platform").getByRole("combobox"), "Platform eng");
      return press(button(card(page, "Platform"), "Replace"));
    },
    says: /Budget .+ assigned/,
    focus: (page) => card(page, "Platform").getByRole("combobox"),
  },
  "unassigning a budget from the project": {
    at: ({ projects }) => at.project(projects[0]),
    act: (page) => confirm(button(card(page, "Platform"), "Unassign"), "Unassign budget"),
    says: /unassigned/,
    focus: (page) => button(card(page, "Platform"), "Assign"),
    // Without the facts of the budget the button stands higher, and the page follows it.
    mayMove: 120,
  },
};

async function set(people: People): Promise<Setting> {
  const tag = unique("stays");
  const user = await people.add(`Zelda ${tag}`);
  const members: [Person, Person] = [await people.add(`Zelda A ${tag}`), await people.add(`Zelda B ${tag}`)];
  const stranger = await people.add(`Zelda C ${tag}`);
  const projects: [string, string] = [await people.addProject(), await people.addProject()];
  projects.sort();
  for (const project of projects) {
    await people.addMember(project, user);
  }
  for (const member of members) {
    await people.addMember(projects[0], member);
  }
  const { id: budget } = await people.addBudget();
  await people.maintainer.send("/act/budgets/assign-to-user", { budget, person: user.id });
  await people.maintainer.send("/act/budgets/assign-to-project", { budget, project: projects[0] });
  return { user, projects, members, stranger };
}

for (const [what, action] of Object.entries(ACTIONS)) {
  test(`${what} leaves scroll and focus where they were and says what was done`, async ({ open, people, faults }) => {
    if (action.refused !== undefined) {
      faults.allow(new RegExp(`status of ${action.refused}`));
    }
    const setting = await set(people);
    const page = await open(MAINTAINER);
    await page.setViewportSize({ width: 1440, height: 480 });
    await page.goto(action.at(setting));
    await alive(page);
    // Chromium moves the scroll position with what stands above it.
    await page.evaluate(() => (document.documentElement.style.overflowAnchor = "none"));
    const used = await action.act(page, setting);
    if (action.says !== undefined) {
      await expect(toast(page)).toContainText(action.says);
    }
    const focused = action.focus?.(page, setting) ?? used;
    await expect.soft(focused).toBeFocused();
    await expect.soft(focused).toBeInViewport();
    // What stands above may have become shorter: then the page or the control stays, and where the page ends sooner,
    // neither can.
    const moved = await focused.evaluate((element) => {
      const { before } = window as unknown as { before: { scroll: number; top: number } };
      const end = document.documentElement.scrollHeight - innerHeight;
      const top = element.getBoundingClientRect().top;
      return { page: scrollY - Math.min(before.scroll, end), control: top - before.top };
    });
    expect(Math.min(Math.abs(moved.page), Math.abs(moved.control)), JSON.stringify(moved)).toBeLessThanOrEqual(action.mayMove ?? ROUNDING);
  });
}
