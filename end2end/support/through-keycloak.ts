import { type AddressInfo, createServer } from "node:net";
import type { Page } from "@playwright/test";
import { BursarConsole } from "./console";
import { KEYCLOAK_PASSWORD, Keycloak } from "./keycloak";
import { at } from "./steps";
import { alive, expect, test as base } from "./test";

export { at } from "./steps";
export { expect } from "./test";

/** Seals what Bursar keeps of the tokens. */
export const KEY = "a key for tests, not for anything else";

export interface Modes {
  /** Who says what people may do: Bursar's own pages, or what stands in the token. */
  mode: "Platform-managed" | "Keycloak-managed";
}

interface Fixtures {
  /** Begins at Bursar's sign-in page and answers what Keycloak asks. */
  enterAs: (username: string) => Promise<Page>;
}

interface Shared extends Modes {
  keycloak: Keycloak;
  /** Where Bursar reaches it. */
  keycloakUrl: string;
  /** How long access tokens last. */
  tokenSeconds: number;
}

/** Tests in which Bursar leaves signing in to Keycloak. */
export const test = base.extend<Fixtures, Shared>({
  keycloak: [async ({}, use) => use(new Keycloak()), { scope: "worker" }],

  keycloakUrl: [async ({ keycloak }, use) => use(keycloak.url), { scope: "worker" }],

  tokenSeconds: [300, { scope: "worker", option: true }],

  mode: ["Platform-managed", { scope: "worker", option: true }],

  bursar: [
    async ({ keycloak, keycloakUrl, tokenSeconds, mode }, use) => {
      const port = await freePort();
      const origin = `http://127.0.0.1:${port}`;
      const client = await keycloak.clientFor(origin, tokenSeconds);
      const console = await BursarConsole.start({
        PORT: `${port}`,
        ENABLE_USER_MANAGEMENT: `${mode === "Platform-managed"}`,
        IDP_PROVIDER: "keycloak",
        OIDC_ISSUER_URL: keycloak.issuer(keycloakUrl),
        OIDC_CLIENT_ID: client.clientId,
        OIDC_CLIENT_SECRET: client.secret,
        BURSAR_PUBLIC_URL: origin,
        BURSAR_SECRET_KEY: KEY,
      });
      await use(console);
      await console.stop();
    },
    { scope: "worker" },
  ],

  enterAs: async ({ page, scripts }, use) => {
    await use(async (username) => {
      await goToKeycloak(page, scripts);
      await answerKeycloak(page, username);
      return page;
    });
  },
});

/** Leaves Bursar's sign-in page for Keycloak's. */
export async function goToKeycloak(page: Page, scripts = true): Promise<void> {
  await page.goto(at.myAccess);
  await alive(page, scripts);
  await page.getByRole("link", { name: "Continue with Keycloak" }).click();
}

/** Signs in on Keycloak's own page, which is on the screen. */
export async function answerKeycloak(page: Page, username: string): Promise<void> {
  await page.getByLabel("Username or email").fill(username);
  await page.getByLabel("Password", { exact: true }).fill(KEYCLOAK_PASSWORD);
  await page.getByRole("button", { name: "Sign In" }).click();
}

/** Bursar's sign-in page is on the screen. */
export async function atSignIn(page: Page): Promise<void> {
  await expect(page.getByRole("link", { name: "Continue with Keycloak" })).toBeVisible();
}

/** A port that was free a moment ago: Keycloak has to know it before Bursar starts. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
