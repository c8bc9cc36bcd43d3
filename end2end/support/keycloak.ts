import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { setting } from "./settings";

const execute = promisify(execFile);

/** Who administers Keycloak itself while it is tested; as in xtask/src/keycloak.rs. */
const ADMINISTRATOR = { username: "admin", password: "try-keycloak" };
/** Everybody's password in the realm's file. */
export const KEYCLOAK_PASSWORD = "try-bursar";

export interface Account {
  username: string;
  email: string;
  name: string;
}

/** What makes an account more than a name. */
interface Given {
  realmRoles: string[];
  attributes: Record<string, string[]>;
  email?: string;
}

interface Client {
  id?: string;
  clientId: string;
  secret: string;
  attributes: Record<string, string>;
  protocolMappers: { id?: string }[];
}

/** The real Keycloak that `cargo xtask test` has started, with one of the realms of deploy/keycloak. */
export class Keycloak {
  readonly url = setting("BURSAR_TEST_KEYCLOAK_URL");

  constructor(private readonly realm = "bursar") {}

  /** The name of the realm. */
  get name(): string {
    return this.realm;
  }

  /** As tokens say it to those who reach Keycloak at `url`. */
  issuer(url = this.url): string {
    return `${url}/realms/${this.realm}`;
  }

  /** A client like the one of the realm's file for a Bursar of its own; its access tokens last for `seconds`. */
  async clientFor(origin: string, seconds: number): Promise<Client> {
    const [model] = await this.read<Client[]>("/clients?clientId=bursar");
    if (model === undefined) {
      throw new Error("the realm has no client `bursar`");
    }
    const { id: _, ...client } = model;
    const attributes = {
      ...model.attributes,
      "access.token.lifespan": `${seconds}`,
      "backchannel.logout.url": `${origin}/sign-in/back-channel-logout`,
    };
    const protocolMappers = model.protocolMappers.map(({ id: _, ...mapper }) => mapper);
    const copy = { ...client, clientId: `bursar-${crypto.randomUUID()}`, attributes, protocolMappers };
    await this.send("POST", "/clients", copy);
    return copy;
  }

  /** Has `bursar keycloak setup` make the realm for a Bursar at `origin`; the variables that it prints. */
  async setUp(origin: string, options: string[] = [], secrets: Record<string, string> = {}): Promise<Record<string, string>> {
    const given = ["--url", this.url, "--realm", this.realm, "--public-url", origin, ...options];
    const env = { KC_ADMIN_USER: ADMINISTRATOR.username, KC_ADMIN_PASSWORD: ADMINISTRATOR.password, ...secrets };
    const { stdout } = await execute(setting("BURSAR_BIN"), ["keycloak", "setup", ...given], { env });
    return Object.fromEntries(stdout.split("\n").flatMap((line) => {
      const [, name, value] = /^([A-Z_]+)=(.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value]];
    }));
  }

  /** As {@link setUp}, with the realm `directory` behind this one, as Entra ID would be. */
  async setUpBefore(directory: Keycloak, origin: string): Promise<Record<string, string>> {
    const [model] = await directory.read<Client[]>("/clients?clientId=bursar-realm");
    if (model === undefined) {
      throw new Error("the directory has no client `bursar-realm`");
    }
    const { id: _, ...client } = model;
    const protocolMappers = model.protocolMappers.map(({ id: _, ...mapper }) => mapper);
    const redirectUris = [`${this.issuer()}/broker/entra/endpoint`];
    const copy = { ...client, clientId: `realm-${crypto.randomUUID()}`, redirectUris, protocolMappers };
    await directory.send("POST", "/clients", copy);
    const options = ["--broker-issuer", directory.issuer(), "--broker-client-id", copy.clientId];
    return this.setUp(origin, options, { BROKER_CLIENT_SECRET: copy.secret });
  }

  /** What `bursar keycloak users` prints for a file, and the code that it ends with. */
  async createUsers(file: string, ...options: string[]): Promise<{ code: number; printed: string }> {
    const asked = ["--url", this.url, "--realm", this.realm, "--file", file, ...options];
    const env = { KC_ADMIN_USER: ADMINISTRATOR.username, KC_ADMIN_PASSWORD: ADMINISTRATOR.password };
    try {
      const { stdout, stderr } = await execute(setting("BURSAR_BIN"), ["keycloak", "users", ...asked], { env });
      return { code: 0, printed: stdout + stderr };
    } catch (fault) {
      const { code, stdout, stderr } = fault as { code: number; stdout: string; stderr: string };
      return { code, printed: stdout + stderr };
    }
  }

  /** Gives the service account that `setUp` made a role of the client `realm-management`. */
  async giveServiceAccount(role: string): Promise<void> {
    const [management] = await this.read<Client[]>("/clients?clientId=realm-management");
    const path = `/users/${await this.idOf("service-account-bursar-import")}/role-mappings/clients/${management?.id}`;
    await this.send("POST", path, [await this.read(`/clients/${management?.id}/roles/${role}`)]);
  }

  /** Replaces fields of a client. */
  async changeClient(clientId: string, fields: object): Promise<void> {
    const [client] = await this.read<Client[]>(`/clients?clientId=${clientId}`);
    if (client?.id === undefined) {
      throw new Error(`the realm has no client ${clientId}`);
    }
    await this.send("PUT", `/clients/${client.id}`, { ...client, ...fields });
  }

  /** Removes the realm. */
  async remove(): Promise<void> {
    await this.send("DELETE", "");
  }

  /** Somebody new who has {@link KEYCLOAK_PASSWORD}. */
  async add(role: string, attributes: Record<string, string[]> = {}): Promise<Account> {
    const account = newcomer();
    await this.send("POST", "/users", { ...profileOf(account), attributes });
    await this.give(account.username, role);
    return account;
  }

  /** So many people at once, as a program makes them: by one import of a file. */
  async addMany(count: number, given: (number: number) => Given): Promise<Account[]> {
    const accounts = Array.from({ length: count }, () => newcomer());
    const users = accounts.map((account, number) => ({ ...profileOf(account), ...given(number) }));
    const answer = await this.send("POST", "/partialImport", { ifResourceExists: "FAIL", users });
    const { added } = (await answer.json()) as { added: number };
    return accounts.slice(0, added);
  }

  async give(username: string, role: string): Promise<void> {
    await this.send("POST", await this.rolesOf(username), [await this.read(`/roles/${role}`)]);
  }

  async take(username: string, role: string): Promise<void> {
    await this.send("DELETE", await this.rolesOf(username), [await this.read(`/roles/${role}`)]);
  }

  /** Replaces an attribute. */
  async set(username: string, attribute: string, values: string[]): Promise<void> {
    const path = `/users/${await this.idOf(username)}`;
    const user = await this.read<{ attributes?: Record<string, string[]> }>(path);
    await this.send("PUT", path, { ...user, attributes: { ...user.attributes, [attribute]: values } });
  }

  /** Nobody signs in with the account any more; sessions go on until their tokens are refreshed. */
  async disable(username: string): Promise<void> {
    const path = `/users/${await this.idOf(username)}`;
    await this.send("PUT", path, { ...(await this.read<object>(path)), enabled: false });
  }

  /** Ends somebody's sessions, as an administrator of Keycloak does. */
  async signOut(username: string): Promise<void> {
    await this.send("POST", `/users/${await this.idOf(username)}/logout`);
  }

  /** How many sessions somebody has. */
  async sessions(username: string): Promise<number> {
    return (await this.read<unknown[]>(`/users/${await this.idOf(username)}/sessions`)).length;
  }

  /** How often somebody's tokens were refreshed. */
  async refreshes(username: string): Promise<number> {
    const query = `type=REFRESH_TOKEN&user=${await this.idOf(username)}`;
    return (await this.read<unknown[]>(`/events?${query}`)).length;
  }

  /** Claims of a fresh access token, as programs get one. */
  async claims(username: string): Promise<{ token: string; claims: Record<string, unknown> }> {
    const client = { client_id: "bursar-api", client_secret: "secret-for-trying" };
    const body = new URLSearchParams({ grant_type: "password", ...client, username, password: KEYCLOAK_PASSWORD });
    const answer = await fetch(`${this.issuer()}/protocol/openid-connect/token`, { method: "POST", body });
    const { access_token: token } = (await answer.json()) as { access_token: string };
    const payload = Buffer.from(token.split(".")[1] ?? "", "base64url").toString();
    return { token, claims: JSON.parse(payload) as Record<string, unknown> };
  }

  /** Writes attributes into the own account, as every user may try. Returns the status of the answer. */
  async writeOwnAttributes(token: string, attributes: Record<string, string[]>): Promise<number> {
    const address = `${this.issuer()}/account/`;
    const headers = { Authorization: `Bearer ${token}`, Accept: "application/json", "Content-Type": "application/json" };
    const account = (await (await fetch(address, { headers })).json()) as { attributes?: object };
    const body = JSON.stringify({ ...account, attributes: { ...account.attributes, ...attributes } });
    return (await fetch(address, { method: "POST", headers, body })).status;
  }

  private async rolesOf(username: string): Promise<string> {
    return `/users/${await this.idOf(username)}/role-mappings/realm`;
  }

  private async idOf(username: string): Promise<string> {
    const [user] = await this.read<{ id: string }[]>(`/users?exact=true&username=${username}`);
    if (user === undefined) {
      throw new Error(`there is no ${username} in the realm`);
    }
    return user.id;
  }

  private async read<T>(path: string): Promise<T> {
    return (await (await this.send("GET", path)).json()) as T;
  }

  private async send(method: string, path: string, body?: unknown): Promise<Response> {
    const headers = { Authorization: `Bearer ${await this.token()}`, "Content-Type": "application/json" };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(`${this.url}/admin/realms/${this.realm}${path}`, { method, headers, ...sent });
    if (!answer.ok) {
      throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`);
    }
    return answer;
  }

  /** A fresh one each time: they last for a minute. */
  private async token(): Promise<string> {
    const body = new URLSearchParams({ grant_type: "password", client_id: "admin-cli", ...ADMINISTRATOR });
    const answer = await fetch(`${this.url}/realms/master/protocol/openid-connect/token`, { method: "POST", body });
    return ((await answer.json()) as { access_token: string }).access_token;
  }
}

function newcomer(): Account {
  const lastName = `Test-${crypto.randomUUID().slice(0, 8)}`;
  const username = lastName.toLowerCase();
  return { username, email: `${username}@example.org`, name: `Kim ${lastName}` };
}

/** As Keycloak takes an account that may sign in with {@link KEYCLOAK_PASSWORD}. */
function profileOf({ username, email, name }: Account): object {
  const [firstName, lastName] = name.split(" ");
  const credentials = [{ type: "password", value: KEYCLOAK_PASSWORD }];
  return { username, firstName, lastName, email, emailVerified: true, enabled: true, credentials };
}
