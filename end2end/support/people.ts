import type { BursarConsole } from "./console";
import { MAINTAINER } from "./console";
import { PASSWORD, Visitor } from "./visitor";

export interface Person {
  id: string;
  name: string;
  email: string;
}

export type PlatformRole = "user" | "auditor" | "admin" | "maintainer";

/** Makes people, projects and budgets for a test, by the same actions the pages send. */
export class People {
  private constructor(
    private readonly console: BursarConsole,
    readonly maintainer: Visitor,
  ) {}

  /** The maintainer has signed in for the first time and has {@link PASSWORD}. */
  static async of(console: BursarConsole): Promise<People> {
    const oneTimePassword = console.oneTimePassword(MAINTAINER);
    return new People(console, await Visitor.firstTime(console.origin, MAINTAINER, oneTimePassword));
  }

  /** Somebody new who has chosen {@link PASSWORD}. */
  async add(name: string, role: PlatformRole = "user", kind = "regular"): Promise<Person> {
    const { person, oneTimePassword } = await this.invite(name, kind);
    await Visitor.firstTime(this.console.origin, person.email, oneTimePassword);
    if (role !== "user") {
      await this.maintainer.send("/act/users/set-role", { person: person.id, role, confirmed: role });
    }
    return person;
  }

  /** Somebody new who has a one-time password still. */
  async invite(name: string, kind = "regular"): Promise<{ person: Person; oneTimePassword: string }> {
    const email = `${unique("person")}@example.com`;
    const page = await this.maintainer.send("/act/users/create", { name, email, kind });
    const oneTimePassword = /<code[^>]*select-all[^>]*>([^<]+)</.exec(await this.maintainer.read(page))?.[1];
    const id = page.split("/").at(-1);
    if (oneTimePassword === undefined || id === undefined) {
      throw new Error(`the page ${page} shows no one-time password`);
    }
    return { person: { id, name, email }, oneTimePassword };
  }

  /** A session of its own for somebody who has {@link PASSWORD}. */
  signIn(email: string): Promise<Visitor> {
    return Visitor.signedIn(this.console.origin, email, PASSWORD);
  }

  /** Lets somebody have signed in so many minutes earlier than they did. */
  age(email: string, minutes: number): Promise<void> {
    return this.console.age(email, minutes);
  }

  /** Lets a user have spent an amount of each assigned budget of 30 days. */
  spend(person: Person, amount: string): Promise<void> {
    return this.console.spend(person.email, amount);
  }

  /** A shared project of the maintainer; its technical name. */
  async addProject(description = "Made for a test."): Promise<string> {
    const name = unique("project");
    await this.maintainer.send("/act/projects/create", { name, display_name: "", description });
    return name;
  }

  async addMember(project: string, person: Person, role = "member"): Promise<void> {
    await this.maintainer.send("/act/members/add", { project, person: person.id, role });
  }

  /** A budget of the platform category; its name and id. */
  async addBudget(limits = { soft_limit: "200", hard_limit: "250" }): Promise<{ id: string; name: string }> {
    const name = unique("budget");
    const fields = { name, category: "platform", period: "30d", ...limits };
    const page = await this.maintainer.send("/act/budgets/create", fields);
    return { id: page.split("/").at(-1) ?? "", name };
  }
}

/** A name nothing else has, also with tests side by side. */
export function unique(what: string): string {
  return `${what}-${crypto.randomUUID().slice(0, 8)}`;
}
