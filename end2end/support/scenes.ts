import { type Page, expect } from "@playwright/test";
import type { People, Person } from "./people";
import { arrived, at, section, signIn, toast } from "./steps";

/** What the scenes show: parts of the sample, and a few people of their own. */
export interface Cast {
  /** A person of the sample with projects and budgets. */
  priya: string;
  /** Somebody whose account is locked. */
  yusuf: string;
  /** A budget of the sample. */
  budget: string;
  /** A budget request of the sample that waits. */
  request: string;
  /** In a project, and has a budget. */
  developer: Person;
  /** Has nothing yet. */
  stranger: Person;
  auditor: Person;
  admin: Person;
  maintainer: string;
}

type Who = "nobody" | "developer" | "stranger" | "auditor" | "admin" | "maintainer";

/** A page in a state worth looking at. */
export interface Scene {
  name: string;
  who: Who;
  address: (cast: Cast) => string;
  /** From the address to the state. */
  play?: (page: Page, people: People, cast: Cast) => Promise<void>;
  /** Statuses that belong to it. */
  status?: number;
  /** Exists on narrow windows only. */
  phone?: true;
  /** Has no scripts of its own. */
  withoutScripts?: true;
}

export async function cast(people: People, maintainer: string): Promise<Cast> {
  const developer = await people.add("Dara Developer");
  await people.addMember("atlas", developer);
  const budget = (await find(people, `${at.budgets}?q=CLI+engineering`, /budgets\/([0-9a-f-]{36})"/)) ?? "";
  await people.maintainer.send("/act/budgets/assign-to-user", { budget, person: developer.id });
  // Over the soft limit of 200 dollars.
  await people.spend(developer, "231.509");
  return {
    priya: await find(people, `${at.users}?q=priya`, /users\/([0-9a-f-]{36})"/),
    yusuf: await find(people, `${at.users}?q=yusuf`, /users\/([0-9a-f-]{36})"/),
    budget,
    request: await find(people, at.requests, /requests\/([0-9a-f-]{36})"/),
    developer,
    stranger: await people.add("Stina Stranger"),
    auditor: await people.add("Aron Auditor", "auditor"),
    admin: await people.add("Alma Admin", "admin"),
    maintainer,
  };
}

async function find(people: People, path: string, id: RegExp): Promise<string> {
  const found = id.exec(await people.maintainer.read(path))?.[1];
  if (found === undefined) {
    throw new Error(`nothing like ${id} on ${path}`);
  }
  return found;
}

export function emailOf(who: Exclude<Who, "nobody">, of: Cast): string {
  return who === "maintainer" ? of.maintainer : of[who].email;
}

async function sendEmpty(page: Page, button: string): Promise<void> {
  await page.getByRole("button", { name: button }).evaluate((element) => {
    element.closest("form")?.setAttribute("novalidate", "");
  });
  await page.getByRole("button", { name: button }).click();
  await expect(page.getByRole("alert")).toBeVisible();
}

/** Every page, and what can open on it. */
export const SCENES: Scene[] = [
  { name: "sign-in", who: "nobody", address: () => at.signIn },
  { name: "turned away, loaded again", who: "nobody", address: () => "/turned-away" },
  {
    name: "sign-in refused",
    who: "nobody",
    address: () => at.signIn,
    status: 422,
    play: async (page, _, { stranger }) => {
      await signIn(page, stranger.email, "not the password at all");
      await expect(page.locator("[aria-invalid=true]").first()).toBeVisible();
    },
  },
  {
    name: "change of a one-time password",
    who: "nobody",
    address: () => at.signIn,
    play: async (page, people) => {
      const { person, oneTimePassword } = await people.invite("Nils Newcomer");
      await signIn(page, person.email, oneTimePassword);
      await arrived(page, "Choose a new password");
    },
  },
  {
    name: "confirm it is you",
    who: "maintainer",
    address: () => at.newBudget,
    status: 403,
    play: async (page, people, { maintainer }) => {
      await people.age(maintainer, 10);
      await page.getByLabel("Name", { exact: true }).fill("Later");
      await page.getByLabel("Soft limit").fill("200");
      await page.getByLabel("Hard limit").fill("250");
      await page.getByRole("button", { name: "Create budget" }).click();
      await arrived(page, "Confirm it is you");
    },
  },
  { name: "it is you", who: "maintainer", address: () => "/confirm-identity" },
  { name: "overview", who: "maintainer", address: () => at.overview },
  { name: "overview as auditor", who: "auditor", address: () => at.overview },
  { name: "profile", who: "maintainer", address: () => at.profile },
  {
    name: "sign out everywhere",
    who: "maintainer",
    address: () => at.profile,
    play: async (page) => {
      await page.getByRole("button", { name: "Sign out everywhere" }).first().click();
      await expect(page.getByRole("dialog")).toBeVisible();
    },
  },
  { name: "my access", who: "developer", address: () => at.myAccess },
  { name: "my access of somebody new", who: "stranger", address: () => at.myAccess },
  { name: "users", who: "maintainer", address: () => at.users },
  { name: "users as auditor", who: "auditor", address: () => at.users },
  { name: "users, nothing matches", who: "maintainer", address: () => `${at.users}?q=nothing-is-called-this` },
  { name: "users, wrong address", who: "maintainer", address: () => `${at.users}?role=emperor&status=locked` },
  {
    name: "users, filter open",
    who: "maintainer",
    address: () => at.users,
    play: async (page) => {
      await page.getByRole("button", { name: "Status", exact: true }).click();
      await expect(page.getByRole("radio", { name: "Locked" })).toBeVisible();
    },
  },
  { name: "person", who: "maintainer", address: ({ priya }) => at.user(priya) },
  { name: "person, locked", who: "maintainer", address: ({ yusuf }) => at.user(yusuf) },
  {
    name: "person, granting maintainer",
    who: "maintainer",
    address: ({ priya }) => at.user(priya),
    play: async (page) => {
      const roles = section(page, "Platform role");
      await roles.getByRole("radio", { name: /^Maintainer/ }).check();
      await roles.getByRole("button", { name: "Save role" }).click();
      await expect(page.getByRole("dialog")).toBeVisible();
    },
  },
  { name: "person as admin", who: "admin", address: ({ priya }) => at.user(priya) },
  { name: "person as auditor", who: "auditor", address: ({ priya }) => at.user(priya) },
  { name: "create user", who: "maintainer", address: () => at.newUser },
  {
    name: "create user, refused",
    who: "maintainer",
    address: () => at.newUser,
    status: 422,
    play: (page) => sendEmpty(page, "Create user"),
  },
  {
    name: "one-time password shown",
    who: "maintainer",
    address: () => at.newUser,
    play: async (page) => {
      await page.getByLabel("Name", { exact: true }).fill("Olga Onetime");
      await page.getByLabel("E-mail").fill(`olga.${crypto.randomUUID().slice(0, 8)}@example.com`);
      await page.getByRole("button", { name: "Create user" }).click();
      await arrived(page, "Olga Onetime");
    },
  },
  { name: "projects", who: "maintainer", address: () => at.projects },
  { name: "projects of a developer", who: "developer", address: () => at.projects },
  { name: "projects without project admin", who: "maintainer", address: () => `${at.projects}?state=without-admin` },
  { name: "projects, nothing matches", who: "maintainer", address: () => `${at.projects}?q=nothing-is-called-this` },
  {
    name: "deleted projects",
    who: "maintainer",
    address: () => `${at.projects}?state=deleted`,
    play: async (page, people) => {
      const project = await people.addProject();
      await people.maintainer.send("/act/projects/delete", { project, version: "1" });
      await page.reload();
      await expect(page.getByRole("button", { name: `Restore ${project}` })).toBeVisible();
    },
  },
  { name: "project", who: "maintainer", address: () => at.project("atlas") },
  { name: "project of a developer", who: "developer", address: () => at.project("atlas") },
  { name: "project split, none yet", who: "maintainer", address: () => at.projectSplit("atlas") },
  {
    name: "project split",
    who: "maintainer",
    address: () => at.projectSplit("atlas"),
    play: async (page, people, { developer, stranger }) => {
      const project = await people.addProject();
      await people.addMember(project, developer);
      await people.addMember(project, stranger);
      const group = { name: "Total of the year", total: "7500", period: "30d", platform: "60", cli: "34", premium_models: "6" };
      await people.maintainer.send("/act/projects/create-budget-group", { project, ...group });
      await people.maintainer.send("/act/projects/enforce-member-limits", { project, is_enforced: "true" });
      const budget = await find(people, at.projectSplit(project), /value="([0-9a-f-]{36})"[^>]*>CLI, /);
      const share = { hard_limit: "400", soft_limit: "320", reason: "Trains the models" };
      await people.maintainer.send("/act/projects/set-member-share", { project, budget, person: developer.id, ...share });
      await page.goto(at.projectSplit(project));
      await expect(section(page, "Member shares")).toContainText("1 fixed share ($400.00)");
    },
  },
  {
    name: "project, users suggested",
    who: "maintainer",
    address: () => at.project("atlas"),
    play: async (page) => {
      await page.getByLabel("Add member", { exact: true }).fill("okafor");
      await expect(page.getByRole("listbox", { name: "Suggestions" })).toBeVisible();
    },
  },
  {
    name: "project, removing somebody",
    who: "maintainer",
    address: () => at.project("atlas"),
    play: async (page) => {
      await page.getByRole("button", { name: /^Remove Jonas/ }).click();
      await expect(page.getByRole("dialog")).toBeVisible();
    },
  },
  {
    name: "project, something done",
    who: "maintainer",
    address: () => at.newProject,
    play: async (page) => {
      const name = `scene-${crypto.randomUUID().slice(0, 8)}`;
      await page.getByLabel("Name", { exact: true }).fill(name);
      await page.getByLabel("Description").fill("Made to see the page of an empty project.");
      await page.getByRole("button", { name: "Create project" }).click();
      await expect(toast(page).getByRole("paragraph")).toBeVisible();
    },
  },
  { name: "create project", who: "maintainer", address: () => at.newProject },
  {
    name: "create project, refused",
    who: "maintainer",
    address: () => at.newProject,
    status: 422,
    play: (page) => sendEmpty(page, "Create project"),
  },
  { name: "edit project", who: "maintainer", address: () => at.editProject("atlas") },
  {
    name: "edit project, conflict",
    who: "maintainer",
    address: () => at.editProject("tutor"),
    status: 409,
    play: async (page, people) => {
      const version = await page.locator("[name=version]").inputValue();
      const description = `Exercises and explanations, ${crypto.randomUUID().slice(0, 8)}.`;
      const fields = { project: "tutor", version, display_name: "Tutor", description };
      await people.maintainer.send("/act/projects/edit", fields);
      await page.getByLabel("Description").fill("Explains things to people who learn to program.");
      await page.getByRole("button", { name: "Save project" }).click();
      await expect(page.getByRole("alert")).toBeVisible();
    },
  },
  { name: "requests", who: "maintainer", address: () => at.requests },
  { name: "requests, none", who: "auditor", address: () => `${at.requests}?state=withdrawn` },
  { name: "request", who: "maintainer", address: ({ request }) => at.request(request) },
  { name: "request as auditor", who: "auditor", address: ({ request }) => at.request(request) },
  { name: "request a budget", who: "developer", address: () => at.newRequest("cli") },
  {
    name: "my access, budget requested",
    who: "admin",
    address: () => at.myAccess,
    play: async (page) => {
      // It waits already where the same console has shown this before.
      if ((await page.getByText("Waiting", { exact: true }).count()) > 0) {
        return;
      }
      await page.goto(new URL(at.newRequest("premium_models"), page.url()).href);
      await page.getByLabel("Hard limit").fill("40");
      await page.getByLabel("Reason").fill("For the spring hackathon.");
      await page.getByRole("button", { name: "Request budget" }).click();
      await arrived(page, "My access");
      await expect(page.getByText("Waiting", { exact: true })).toBeVisible();
    },
  },
  { name: "budgets", who: "maintainer", address: () => at.budgets },
  { name: "budgets as auditor", who: "auditor", address: () => at.budgets },
  { name: "budgets, nothing matches", who: "maintainer", address: () => `${at.budgets}?q=nothing-is-called-this` },
  { name: "budget", who: "maintainer", address: ({ budget }) => at.budget(budget) },
  { name: "delete budget", who: "maintainer", address: ({ budget }) => `${at.budget(budget)}/delete` },
  { name: "create budget", who: "maintainer", address: () => at.newBudget },
  {
    name: "create budget, refused",
    who: "maintainer",
    address: () => at.newBudget,
    status: 422,
    play: (page) => sendEmpty(page, "Create budget"),
  },
  { name: "edit budget", who: "maintainer", address: ({ budget }) => at.editBudget(budget) },
  {
    name: "edit budget, calendar",
    who: "maintainer",
    address: ({ budget }) => at.editBudget(budget),
    play: async (page) => {
      await page.getByText("Calendar", { exact: true }).click();
      await expect(page.getByLabel("Time zone")).toBeVisible();
    },
  },
  { name: "identity provider, none", who: "maintainer", address: () => at.identityProvider },
  { name: "create gateway", who: "maintainer", address: () => at.newGateway },
  { name: "gateways, none", who: "auditor", address: () => at.gateways },
  {
    name: "gateways, token",
    who: "maintainer",
    address: () => at.newGateway,
    play: async (page) => {
      await page.getByLabel("Name").fill(`LiteLLM ${crypto.randomUUID().slice(0, 8)}`);
      await page.getByRole("button", { name: "Create gateway" }).click();
      await expect(page.getByRole("alert")).toContainText("bursar_gw_");
    },
  },
  { name: "spending", who: "maintainer", address: () => `${at.spending}?period=30d` },
  { name: "spending this month by user", who: "auditor", address: () => `${at.spending}?by=user` },
  {
    name: "spending as a table",
    who: "maintainer",
    address: () => `${at.spending}?period=7d&by=category`,
    play: (page) => page.getByText("Show as table").click(),
  },
  {
    name: "spending, period",
    who: "maintainer",
    address: () => `${at.spending}?period=90d&by=model&project=atlas`,
    play: (page) => page.getByRole("button", { name: "Last 90 days" }).click(),
  },
  { name: "spending, nothing found", who: "maintainer", address: () => `${at.spending}?period=7d&project=none` },
  { name: "access matrix", who: "maintainer", address: () => at.accessMatrix },
  {
    name: "access matrix, filtered",
    who: "auditor",
    address: () => `${at.accessMatrix}?resource=pgadmin&level=restrict`,
    play: (page) => page.getByRole("button", { name: "Resource is pgAdmin" }).click(),
  },
  { name: "access matrix, nothing found", who: "admin", address: () => `${at.accessMatrix}?q=nothing` },
  { name: "Bursar’s own permissions", who: "maintainer", address: () => `${at.accessMatrix}?matrix=bursar` },
  { name: "anomalies, not configured", who: "auditor", address: () => `${at.accessMatrix}/anomalies` },
  { name: "access snapshots, not configured", who: "auditor", address: () => at.accessSnapshots },
  { name: "effective access, nothing asked", who: "auditor", address: () => at.effectiveAccess },
  { name: "effective access of a user", who: "admin", address: ({ priya }) => `${at.effectiveAccess}?user=${priya}` },
  {
    name: "effective access of a user in a project",
    who: "maintainer",
    address: ({ developer }) => `${at.effectiveAccess}?user=${developer.id}&project=atlas`,
  },
  {
    name: "effective access, who can",
    who: "maintainer",
    address: () => `${at.effectiveAccess}?view=who&permission=manage_members&project=atlas`,
    play: (page) => page.getByRole("button", { name: "Permission is" }).click(),
  },
  { name: "effective access, no such user", who: "maintainer", address: () => `${at.effectiveAccess}?user=nobody` },
  { name: "jobs", who: "maintainer", address: () => at.jobs },
  { name: "LiteLLM, not connected", who: "maintainer", address: () => at.liteLlm },
  {
    name: "audit log, an event open",
    who: "maintainer",
    address: () => `${at.auditLog}?kind=budget`,
    play: (page) => page.locator("summary", { hasText: "of the event" }).first().click(),
  },
  {
    name: "audit log of a user, filtered",
    who: "auditor",
    address: ({ priya }) => `${at.auditLog}?target=${priya}&actor=Bursar&from=2026-01-01`,
    play: (page) => page.getByRole("button", { name: "Kind", exact: true }).click(),
  },
  { name: "audit log, nothing found", who: "maintainer", address: () => `${at.auditLog}?q=no-such-target` },
  { name: "not allowed", who: "developer", address: () => at.users, status: 403 },
  { name: "no such project", who: "developer", address: () => at.project("no-such-project"), status: 404 },
  { name: "no such address", who: "maintainer", address: () => "/no/such/address", status: 404, withoutScripts: true },
  {
    name: "palette",
    who: "maintainer",
    address: () => at.myAccess,
    play: async (page) => {
      await page.getByRole("button", { name: "Search or jump to" }).first().click();
      await expect(page.getByRole("dialog", { name: "Search or jump to" })).toBeVisible();
    },
  },
  {
    name: "account menu",
    who: "maintainer",
    address: () => at.users,
    play: async (page) => {
      await page.getByRole("button", { name: /Account and settings/ }).click();
      await expect(page.getByRole("button", { name: "Sign out" })).toBeVisible();
    },
  },
  {
    name: "drawer",
    who: "maintainer",
    address: () => at.users,
    phone: true,
    play: async (page) => {
      await page.getByRole("button", { name: "More" }).click();
      await expect(page.getByRole("link", { name: "Users management" })).toBeVisible();
    },
  },
  { name: "gallery", who: "maintainer", address: () => "/_gallery" },
];
