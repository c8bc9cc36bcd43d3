import { type IncomingMessage, createServer } from "node:http";
import type { AddressInfo } from "node:net";

type Row = Record<string, unknown>;

/** Budgets and customers as a LiteLLM proxy keeps them, as far as the tests of pages need. */
export class LiteLlm {
  readonly budgets = new Map<string, Row>();
  readonly customers = new Map<string, Row>();
  /** Answers every request with this status instead. */
  refusal: number | undefined;
  private readonly server = createServer((request, response) => {
    void read(request).then((body) => {
      const answer = this.refusal === undefined ? this.answer(new URL(request.url ?? "/", "http://proxy"), body) : {};
      response.writeHead(this.refusal ?? (answer === undefined ? 404 : 200), { "content-type": "application/json" });
      response.end(JSON.stringify(answer ?? { error: { message: "it does not exist in db" } }));
    });
  });

  static async start(): Promise<LiteLlm> {
    const proxy = new LiteLlm();
    await new Promise<void>((resolve) => proxy.server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get variables(): Record<string, string> {
    const { port } = this.server.address() as AddressInfo;
    return {
      LITELLM_URL: `http://127.0.0.1:${port}`,
      LITELLM_MASTER_KEY: "sk-end-to-end",
      LITELLM_COLLECT_SPEND: "true",
    };
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private answer(url: URL, body: Row): unknown {
    const budget = String(body["budget_id"]);
    const customer = String(body["user_id"]);
    switch (url.pathname) {
      case "/budget/list":
        return [...this.budgets.values()];
      case "/budget/info":
        return (body["budgets"] as string[]).flatMap((id) => this.budgets.get(id) ?? []);
      case "/budget/new":
      case "/budget/update":
        this.budgets.set(budget, { ...this.budgets.get(budget), ...body });
        return this.budgets.get(budget);
      case "/customer/list":
        return [...this.customers.values()];
      case "/customer/info":
        return this.customers.get(url.searchParams.get("end_user_id") ?? "");
      case "/customer/new":
      case "/customer/update":
        this.customers.set(customer, { spend: 0, blocked: false, ...this.customers.get(customer), ...body });
        return this.customers.get(customer);
      default:
        return undefined;
    }
  }
}

async function read(request: IncomingMessage): Promise<Row> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return chunks.length === 0 ? {} : (JSON.parse(Buffer.concat(chunks).toString()) as Row);
}
