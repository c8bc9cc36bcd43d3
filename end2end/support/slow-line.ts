import { type IncomingMessage, type Server, type ServerResponse, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

/** A connection to a console on which a test decides what becomes of the answers to forms. The server does its work. */
export class SlowLine {
  /** Every form that was posted, by its address. */
  readonly posts: string[] = [];
  private heldBack = 0;
  private dropped = 0;

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {}

  static async to(target: string): Promise<SlowLine> {
    const server = createServer();
    const line = new SlowLine(server, new URL(target));
    server.on("request", (from, to) => void line.forward(from, to));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return line;
  }

  /** Where the console seems to be. */
  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Answers to forms arrive so many milliseconds after the server gave them. */
  holdBack(milliseconds: number): void {
    this.heldBack = milliseconds;
  }

  /** The connection drops after the server has done its work, for so many forms. */
  dropAnswers(forms: number): void {
    this.dropped = forms;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private async forward(from: IncomingMessage, to: ServerResponse): Promise<void> {
    const isForm = from.method === "POST" && from.url?.startsWith("/act/") === true;
    const body = await read(from);
    if (isForm) {
      this.posts.push(from.url ?? "");
    }
    const { hostname, port } = this.target;
    const options = { hostname, port, method: from.method, path: from.url, headers: from.headers };
    const onward = request(options, (answer) => void this.answer(answer, to, isForm));
    onward.on("error", () => to.destroy());
    onward.end(body);
  }

  private async answer(answer: IncomingMessage, to: ServerResponse, isForm: boolean): Promise<void> {
    const body = await read(answer);
    if (isForm && this.dropped > 0) {
      this.dropped -= 1;
      to.destroy();
      return;
    }
    if (isForm && this.heldBack > 0) {
      await wait(this.heldBack);
    }
    to.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
    to.end(body);
  }
}

async function read(stream: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) {
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}
