import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import pg from "pg";
import { setting } from "./settings";

/** Who set the console up. */
export const MAINTAINER = "superadmin@example.com";
/** The developer of the sample who has not signed in yet. */
export const NEWCOMER = "jonas.weidenfeld@example.com";

/** How long a console may take to answer, on a machine that does other things as well. */
const START_MS = 60_000;

/** Starts Bursar with the sample on a database of its own and a free port. */
export class BursarConsole {
  private constructor(
    private process: ChildProcess,
    private readonly database: string,
    /** `http://127.0.0.1:port` */
    readonly origin: string,
    /** One-time passwords by e-mail, as printed at the first start. */
    readonly oneTimePasswords: ReadonlyMap<string, string>,
  ) {}

  /** With `variables` beside the usual ones. */
  static async start(variables: Record<string, string> = {}): Promise<BursarConsole> {
    const database = `bursar_browser_${crypto.randomUUID().replaceAll("-", "")}`;
    await administer(`create database ${database}`);
    const process = serve(database, variables);
    const greeting = await readGreeting(process);
    const console = new BursarConsole(process, database, greeting.origin, greeting.oneTimePasswords);
    const ready = await fetch(`${console.origin}/health/ready`);
    if (ready.status !== 200) {
      throw new Error(`Bursar greeted, but /health/ready answered ${ready.status}`);
    }
    return console;
  }

  /** Stops it as an operator would, and drops its database. */
  async stop(): Promise<void> {
    const code = await this.end();
    await administer(`drop database ${this.database} with (force)`);
    if (code !== 0) {
      throw new Error(`Bursar stopped with exit code ${code}`);
    }
  }

  /** Stops it and starts it on the same database; `variables` name the same port. */
  async restart(variables: Record<string, string>): Promise<void> {
    await this.end();
    this.process = serve(this.database, variables);
    await readGreeting(this.process);
  }

  /** The code that `bursar break-glass` prints. */
  async breakGlass(): Promise<string> {
    const command = ["break-glass", "--issued-by", "ada@laptop"];
    const { stdout } = await promisify(execFile)(setting("BURSAR_BIN"), command, { env: environment(this.database) });
    const [, code] = /^Break-glass code, shown once: (.*)$/m.exec(stdout) ?? [];
    if (code === undefined) {
      throw new Error(`no code in ${stdout}`);
    }
    return code;
  }

  private async end(): Promise<unknown> {
    const stopped = once(this.process, "exit");
    this.process.kill("SIGTERM");
    const [code] = await stopped;
    return code;
  }

  /** A shared project of a name that only a token may give. */
  async insertProject(name: string, title: string): Promise<void> {
    const text = `insert into projects (id, name, display_name, description, project_type)
      values (gen_random_uuid(), $1, $2, '', 'shared')`;
    await administer({ text, values: [name, title] }, this.database);
  }

  /** Lets somebody have signed in so many minutes earlier than they did. */
  async age(email: string, minutes: number): Promise<void> {
    const text = `update sessions set authenticated_at = authenticated_at - make_interval(mins => $1)
      where user_id = (select id from users where email = $2)`;
    await administer({ text, values: [minutes, email] }, this.database);
  }

  /** Lets a membership have been granted by another user, on 22 May 2025. */
  async grantedLongAgo(member: string, grantedBy: string): Promise<void> {
    const text = `update user_projects set created_at = '2025-05-22 10:11:12Z', granted_by = (select id from users where email = $2)
      where user_id = (select id from users where email = $1)
        and project_id in (select id from projects where project_type = 'shared')`;
    await administer({ text, values: [member, grantedBy] }, this.database);
  }

  /** Leaves a shared project with one project admin. */
  async makeOnlyProjectAdmin(project: string, email: string): Promise<void> {
    const text = `update user_projects m set is_project_admin = u.email = $2 from users u, projects p
      where u.id = m.user_id and p.id = m.project_id and p.name = $1`;
    await administer({ text, values: [project, email] }, this.database);
  }

  /** Sets the auditor column beside another role, as an operator can. */
  async storeAuditor(email: string): Promise<void> {
    await administer({ text: "update users set is_auditor = true where email = $1", values: [email] }, this.database);
  }

  /** Grants maintainer as an operator does, by the statement of the guide. */
  async makeMaintainer(email: string): Promise<void> {
    const text = "update users set is_maintainer = true, is_admin = true where email = $1";
    await administer({ text, values: [email] }, this.database);
  }

  /** Lets a user have spent an amount of each assigned budget of 30 days since its assignment. */
  async spend(email: string, amount: string): Promise<void> {
    const text = `insert into budget_windows
        (id, category, user_id, budget_id, schedule, starts_at, ends_at, soft_limit, hard_limit, spent)
      select gen_random_uuid(), a.category, a.user_id, b.id, '30d', a.created_at, a.created_at + interval '30 days',
             b.soft_limit, b.hard_limit, $2
      from user_budgets a join budgets b on b.id = a.budget_id join users u on u.id = a.user_id where u.email = $1`;
    await administer({ text, values: [email, amount] }, this.database);
  }

  /** Lets one-time passwords have been issued so many minutes earlier than they were, for the pages that show them. */
  async ageHandovers(minutes: number): Promise<void> {
    const text = "update password_handovers set expires_at = expires_at - make_interval(mins => $1)";
    await administer({ text, values: [minutes] }, this.database);
  }

  /** How many one-time passwords wait to be handed over to a user. */
  async handovers(email: string): Promise<number> {
    const text = `select count(*)::int as count from password_handovers h join users u on u.id = h.user_id
      where u.email = $1`;
    const { rows } = await administer({ text, values: [email] }, this.database);
    return (rows[0] as { count: number }).count;
  }

  oneTimePassword(email: string): string {
    const password = this.oneTimePasswords.get(email);
    if (password === undefined) {
      throw new Error(`Bursar printed no one-time password for ${email}`);
    }
    return password;
  }
}

function serve(database: string, variables: Record<string, string>): ChildProcess {
  return spawn(setting("BURSAR_BIN"), ["serve", "--sample"], {
    env: { ...environment(database), ...variables },
    stdio: ["ignore", "pipe", "inherit"],
  });
}

function address(database: string): string {
  const url = new URL(setting("BURSAR_TEST_DATABASE_URL"));
  url.pathname = `/${database}`;
  return url.href;
}

function environment(database: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env["PATH"],
    DATABASE_URL: address(database),
    BURSAR_SITE_DIR: setting("BURSAR_SITE_DIR"),
    PORT: "0",
    SUPERADMIN_EMAIL: MAINTAINER,
    BURSAR_ACCESS_MATRIX: "../examples/access-matrix/access-matrix.yaml",
    BURSAR_LOG: setting("BURSAR_LOG", "warn,sqlx=error"),
  };
}

async function administer(statement: string | pg.QueryConfig, database?: string): Promise<pg.QueryResult> {
  const connectionString = database === undefined ? setting("BURSAR_TEST_DATABASE_URL") : address(database);
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return await client.query(statement);
  } finally {
    await client.end();
  }
}

interface Greeting {
  origin: string;
  oneTimePasswords: Map<string, string>;
}

/** What `bursar serve` prints once it is ready: its address, then who signs in with what. */
async function readGreeting(server: ChildProcess): Promise<Greeting> {
  if (server.stdout === null) {
    throw new Error("standard output of Bursar is not open");
  }
  const late = setTimeout(() => server.kill("SIGKILL"), START_MS);
  const greeting: Greeting = { origin: "", oneTimePasswords: new Map() };
  try {
    for await (const line of createInterface({ input: server.stdout })) {
      greeting.origin ||= /^Bursar answers on (http:\S+)/.exec(line)?.[1] ?? "";
      const [, email, password] = /^ +(\S+) signs in with the one-time password (\S+)/.exec(line) ?? [];
      if (email !== undefined && password !== undefined) {
        greeting.oneTimePasswords.set(email, password);
      }
      if (/^(This is shown once\.|People sign in through )/.test(line)) {
        return greeting;
      }
    }
  } finally {
    clearTimeout(late);
    server.stdout.resume();
  }
  throw new Error("Bursar ended before it was ready; what it said stands above");
}
