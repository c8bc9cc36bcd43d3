/** A password that fulfils the rule, for everybody a test lets choose one. */
export const PASSWORD = "seven quiet herons by the lake";

const SESSION = "__Host-bursar";

/** Sessions are listed by the device that this says. */
const BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";

/** Sends forms without a browser, as the pages' scripts do: to prepare what a test starts from. */
export class Visitor {
  private readonly cookies = new Map<string, string>();

  constructor(private readonly origin: string) {}

  static async signedIn(origin: string, email: string, password: string): Promise<Visitor> {
    const visitor = new Visitor(origin);
    await visitor.send("/act/sign-in", { email, password, next: "" });
    return visitor;
  }

  /** Signs in with a one-time password and replaces it by {@link PASSWORD}. */
  static async firstTime(origin: string, email: string, oneTimePassword: string): Promise<Visitor> {
    const visitor = await Visitor.signedIn(origin, email, oneTimePassword);
    await visitor.send("/act/account/change-password", { new_password: PASSWORD });
    return visitor;
  }

  /** The value of the session cookie. */
  get session(): string {
    const session = this.cookies.get(SESSION);
    if (session === undefined) {
      throw new Error("not signed in");
    }
    return session;
  }

  /**
   * Sends a form and says which page it leads to. Who signed in more than ten minutes ago is asked for the password by
   * some of them.
   */
  async send(action: string, fields: Record<string, string>): Promise<string> {
    let response = await this.ask(action, { method: "POST", body: new URLSearchParams(fields) });
    if (response.status === 403 && (await response.clone().text()).includes('"/confirm-identity')) {
      await this.send("/act/account/confirm", { confirm_password: PASSWORD, confirm_action: "" });
      response = await this.ask(action, { method: "POST", body: new URLSearchParams(fields) });
    }
    if (!response.ok) {
      throw new Error(`${action} answered ${response.status}: ${await response.text()}`);
    }
    const sent = (await response.json()) as { to: string };
    return sent.to;
  }

  /** The HTML of a page. */
  async read(path: string): Promise<string> {
    return (await this.ask(path, { method: "GET" }, "text/html")).text();
  }

  private async ask(path: string, init: RequestInit, accept = "application/json"): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { Accept: accept, Origin: this.origin, Cookie: cookie, "User-Agent": BROWSER };
    const response = await fetch(this.origin + path, { ...init, headers, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ""] = line.split(";", 1);
      const at = pair.indexOf("=");
      this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return response;
  }
}
