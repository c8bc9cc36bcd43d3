import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { BrowserContext, Page } from "@playwright/test";
import { type Account, Provider } from "oidc-provider";
import { BursarConsole } from "./console";
import { at } from "./steps";
import { test as base } from "./test";

export { expect } from "./test";

const CLIENT = { id: "00000003-0000-0000-c000-000000000000", secret: "secret-for-tests" };
/** The groups whose members are developers and admins. */
const DEVELOPERS = "3f1c77aa-0000-4000-8000-000000000000";
const ADMINS = "3f1c77aa-0000-4000-8000-000000000001";

/** What many servers and proxies allow at most. */
const LONGEST_ADDRESS = 4_096;

/** An origin that sends every request on to another one, as sign-out pages of large organisations do. */
export class Detour {
  private target = "";

  private constructor(
    private readonly server: Server,
    readonly origin: string,
  ) {}

  static async start(): Promise<Detour> {
    const server = createServer();
    const detour = new Detour(server, `http://127.0.0.1:${await listen(server)}`);
    server.on("request", (request, response) => {
      if ((request.url ?? "").length > LONGEST_ADDRESS) {
        response.writeHead(414).end("URI Too Long");
        return;
      }
      const status = request.method === "GET" ? 302 : 307;
      response.writeHead(status, { Location: `${detour.target}${request.url}` }).end();
    });
    return detour;
  }

  leadTo(origin: string): void {
    this.target = origin;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

/** A certified OpenID Connect provider whose claims have the shape of Microsoft Entra ID's (version 2.0). */
export class Entra {
  private constructor(
    private readonly server: Server,
    readonly issuer: string,
  ) {}

  /** Its end-session endpoint is reached by way of so many other origins. */
  static async start(bursar: string, detours: Detour[] = []): Promise<Entra> {
    const server = createServer();
    const issuer = `http://127.0.0.1:${await listen(server)}`;
    const provider = new Provider(issuer, {
      clients: [
        {
          client_id: CLIENT.id,
          client_secret: CLIENT.secret,
          redirect_uris: [`${bursar}/sign-in/callback`],
          post_logout_redirect_uris: [`${bursar}/sign-in`],
          grant_types: ["authorization_code", "refresh_token"],
          response_types: ["code"],
        },
      ],
      claims: { openid: ["sub", "oid", "tid", "ver", "name", "preferred_username", "groups", "applications_admin"] },
      conformIdTokenClaims: false,
      pkce: { required: () => true },
      findAccount: (_, id): Account => ({ accountId: id, claims: () => claimsOf(id) }),
    });
    provider.use(async (context, next) => {
      await next();
      const entry = detours[0]?.origin;
      if (entry !== undefined && context.path === "/.well-known/openid-configuration") {
        (context.body as Record<string, string>)["end_session_endpoint"] = `${entry}/session/end`;
      }
    });
    detours.forEach((detour, place) => detour.leadTo(detours[place + 1]?.origin ?? issuer));
    server.on("request", provider.callback());
    return new Entra(server, issuer);
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

/**
 * The subject is of this client alone; the name to sign in with stands for an address, which `name+another` has too,
 * for a group, and for a project that Bursar would not call so.
 */
function claimsOf(account: string): { sub: string; [claim: string]: unknown } {
  const [name = account] = account.split("+");
  const group = [DEVELOPERS, ADMINS].find((_, place) => name.startsWith(["developer", "admin"][place] ?? ""));
  return {
    sub: `pairwise-${account}`,
    oid: "690222be-ff1a-4d56-abd1-7e4f7d38e474",
    tid: "fa15d692-e9c7-4460-a743-29f29522229e",
    ver: "2.0",
    name: `Kim ${account}`,
    preferred_username: `${name}@example.org`,
    groups: [group ?? "another-group"],
    applications_admin: projectsOf(name),
  };
}

function projectsOf(name: string): string[] {
  if (name.includes("percent")) {
    return [`${name} 100%20b`];
  }
  return name.includes("many") ? Array.from({ length: 80 }, (_, place) => `${name}-with-a-long-name-${place}`) : [];
}

interface Fixtures {
  /** Opens a browser of its own and answers what the provider asks. */
  enterAs: (name: string) => Promise<Page>;
}

/** Tests in which Bursar leaves signing in to Entra ID. */
export const test = base.extend<Fixtures, { entra: Entra; port: number; signOutDetours: number }>({
  signOutDetours: [0, { scope: "worker", option: true }],

  enterAs: async ({ browser, bursar, faults }, use) => {
    // The provider's own pages ask for a font from elsewhere, which does not get out of here, and for an icon they lack.
    faults.allow(/fonts\.googleapis\.com|favicon\.ico/);
    const opened: BrowserContext[] = [];
    await use(async (name) => {
      const context = await browser.newContext({ baseURL: bursar.origin });
      opened.push(context);
      await context.route("https://fonts.googleapis.com/**", (route) => route.abort());
      await faults.watch(context);
      const page = await context.newPage();
      await signIn(page, name);
      return page;
    });
    await Promise.all(opened.map((context) => context.close()));
  },

  port: [
    async ({}, use) => {
      // Free a moment ago: the provider has to know it before Bursar starts.
      const server = createServer();
      const port = await listen(server);
      await new Promise((closed) => server.close(closed));
      await use(port);
    },
    { scope: "worker" },
  ],

  entra: [
    async ({ port, signOutDetours }, use) => {
      const detours = await Promise.all(Array.from({ length: signOutDetours }, () => Detour.start()));
      const entra = await Entra.start(`http://127.0.0.1:${port}`, detours);
      await use(entra);
      entra.stop();
      detours.forEach((detour) => detour.stop());
    },
    { scope: "worker" },
  ],

  bursar: [
    async ({ entra, port }, use) => {
      const console = await BursarConsole.start({
        PORT: `${port}`,
        IDP_PROVIDER: "entra",
        OIDC_ISSUER_URL: entra.issuer,
        OIDC_CLIENT_ID: CLIENT.id,
        OIDC_CLIENT_SECRET: CLIENT.secret,
        OIDC_SCOPES: "openid",
        OIDC_ROLES_CLAIM: "groups",
        OIDC_ROLE_MAP: `${DEVELOPERS}=developer,${ADMINS}=admin`,
        BURSAR_PUBLIC_URL: `http://127.0.0.1:${port}`,
        BURSAR_SECRET_KEY: "a key for tests, not for anything else",
      });
      await use(console);
      await console.stop();
    },
    { scope: "worker" },
  ],
});

async function signIn(page: Page, name: string): Promise<void> {
  await page.goto(at.profile);
  await page.getByRole("link", { name: "Continue with Microsoft" }).click();
  await page.getByPlaceholder("Enter any login").fill(name);
  await page.getByPlaceholder("and password").fill("any");
  await page.getByRole("button", { name: "Sign-in" }).click();
  await page.getByRole("button", { name: "Continue" }).click();
}

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await new Promise((listening) => server.once("listening", listening));
  return (server.address() as AddressInfo).port;
}
