import { type BrowserContext, expect } from "@playwright/test";

/** What the loader of code writes down when the document is left while it still loads. */
const CUT_OFF = /^console error: TypeError: (Failed to fetch|WebAssembly compilation aborted)\b.*\/__wasm_split\.js\)$/s;

/** Everything a browser complains about while a test runs; whatever the test did not announce fails it. */
export class Faults {
  private readonly found: string[] = [];
  private readonly announced: RegExp[] = [];

  /** Says that this complaint belongs to what is tested, such as the status of a refusal. */
  allow(complaint: RegExp): void {
    this.announced.push(complaint);
  }

  async watch(context: BrowserContext): Promise<void> {
    context.on("request", (request) => {
      const url = new URL(request.url());
      if (url.protocol.startsWith("http") && url.hostname !== "127.0.0.1") {
        this.found.push(`a request left this machine: ${request.url()}`);
      }
    });
    context.on("console", (message) => {
      if (message.type() === "error") {
        this.found.push(`console error: ${message.text()} (${message.location().url})`);
      }
    });
    context.on("weberror", (error) => this.found.push(`error in the page: ${error.error().message}`));
    await context.addInitScript(() => {
      addEventListener("securitypolicyviolation", (event) => {
        console.error(`content security policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`);
      });
    });
  }

  check(): void {
    const expected = [CUT_OFF, ...this.announced];
    const unannounced = this.found.filter((fault) => !expected.some((pattern) => pattern.test(fault)));
    expect(unannounced, "complaints of the browser").toEqual([]);
  }
}
