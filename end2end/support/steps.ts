import { type Locator, type Page, expect } from "@playwright/test";
import { PASSWORD } from "./visitor";

/** The pages, by their addresses. */
export const at = {
  signIn: "/sign-in",
  changePassword: "/change-password",
  overview: "/overview",
  profile: "/settings/profile",
  myAccess: "/settings/my-access",
  users: "/settings/administration/users",
  newUser: "/settings/administration/users/new",
  user: (id: string) => `/settings/administration/users/${id}`,
  projects: "/settings/administration/projects",
  newProject: "/settings/administration/new-project",
  project: (name: string) => `/settings/administration/projects/${name}`,
  editProject: (name: string) => `/settings/administration/projects/${name}/edit`,
  projectSplit: (name: string) => `/settings/administration/projects/${name}/split`,
  identityProvider: "/settings/administration/identity-provider",
  gateways: "/settings/administration/gateways",
  newGateway: "/settings/administration/gateways/new",
  spending: "/settings/administration/spending",
  accessMatrix: "/settings/administration/access-matrix",
  accessSnapshots: "/settings/administration/access-matrix/snapshots",
  effectiveAccess: "/settings/administration/effective-access",
  jobs: "/settings/administration/jobs",
  liteLlm: "/settings/administration/litellm",
  auditLog: "/settings/administration/audit-log",
  budgets: "/settings/administration/budgets",
  newBudget: "/settings/administration/budgets/new",
  budget: (id: string) => `/settings/administration/budgets/${id}`,
  requests: "/requests",
  request: (id: string) => `/requests/${id}`,
  newRequest: (category: string) => `/requests/new?category=${category}`,
  editBudget: (id: string) => `/settings/administration/budgets/${id}/edit`,
} as const;

/** Types e-mail and password on the sign-in page that is on the screen. */
export async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** Replaces the one-time password on the form that is on the screen. */
export async function choosePassword(page: Page, chosen = PASSWORD): Promise<void> {
  await page.getByLabel("New password", { exact: true }).fill(chosen);
  await page.getByRole("button", { name: "Change password" }).click();
}

/** Waits for the page with this heading. */
export async function arrived(page: Page, heading: string | RegExp): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(heading);
}

/** The part of a page under this heading. */
export function section(page: Page, name: string): Locator {
  return page.getByRole("region", { name, exact: true });
}

/** The row of a table whose link begins with this name; the second line of the cell is part of the link. */
export function row(page: Page, name: string): Locator {
  return page.getByRole("row").filter({ has: page.getByRole("link", { name }) });
}

/** What was just done, at the foot of the page. */
export function toast(page: Page): Locator {
  return page.getByRole("status").filter({ has: page.getByRole("paragraph") });
}
