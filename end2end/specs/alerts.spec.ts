import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { BursarConsole, MAINTAINER } from "../support/console";
import { People } from "../support/people";
import { arrived, at, section, toast } from "../support/steps";
import { alive, enter, expect, test } from "../support/test";

/** The status that a script's refused post is answered with. */
const REFUSED = /status of 422/;
const KEY = Buffer.alloc(32, 7);

test("a maintainer sets at which percentages a budget raises alerts", async ({ open, people, faults, scripts }) => {
  faults.allow(REFUSED);
  const budget = await people.addBudget();
  const page = await open(MAINTAINER);
  await page.goto(at.budget(budget.id));
  await expect(section(page, "Alerts")).toContainText("Alert at: soft limit and hard limit");
  await expect(section(page, "Alerts")).toContainText("No alert was raised yet.");
  await page.getByRole("link", { name: "Edit budget" }).click();
  await arrived(page, `Edit ${budget.name}`);
  await alive(page, scripts);
  const field = page.getByLabel("Alert at");
  await field.fill("80, 120");
  await page.getByRole("button", { name: "Save budget" }).click();
  await expect(field).toHaveAccessibleDescription(/^Enter whole percentages of the hard limit from 1 to 100, like 80, 100\./);
  await expect(field).toHaveValue("80, 120");
  await field.fill("100 80 %");
  await page.getByRole("button", { name: "Save budget" }).click();
  await arrived(page, budget.name);
  await expect(section(page, "Alerts")).toContainText("Alert at: 80 %, 100 % of the hard limit");
  await page.goto(at.editBudget(budget.id));
  await expect(field).toHaveValue("80, 100");
});

test("deliveries are empty where nothing is sent", async ({ open }) => {
  const page = await open(MAINTAINER);
  await page.goto(at.jobs);
  await expect(section(page, "Deliveries")).toContainText("No deliveries yet");
});

test("an alert is raised, its webhook fails, and a maintainer has it sent again", async ({ context, page, scripts }) => {
  // Two jobs take turns every few seconds.
  test.slow();
  const receiver = await Receiver.start();
  const bursar = await BursarConsole.start(receiver.variables);
  try {
    const people = await People.of(bursar);
    const [user, budget] = [await people.add("Zelda Alert"), await people.addBudget()];
    await people.maintainer.send("/act/budgets/assign-to-user", { budget: budget.id, person: user.id });
    await bursar.spend(user.email, "212.5");
    await people.maintainer.send("/act/jobs/run", { job: "raise alerts" });
    await enter(context, bursar.origin, (await people.signIn(MAINTAINER)).session);
    const message = `Budget ${budget.name} of Zelda Alert: soft limit reached`;
    const row = page.getByRole("row").filter({ hasText: message });
    const shows = (state: string) =>
      expect(async () => {
        await page.goto(bursar.origin + at.jobs);
        await expect(row).toContainText(state, { timeout: 500 });
      }).toPass({ timeout: 30_000 });
    await shows("Retrying");
    await expect(row).toContainText("The receiver answered 500 Internal Server Error.");
    await alive(page, scripts);
    receiver.status = 204;
    await row.getByRole("button", { name: "Retry" }).click();
    await expect(toast(page)).toContainText("is sent again within a few seconds");
    await shows("Delivered");
    await expect(row.getByRole("button")).toHaveCount(0);
    expect(receiver.thresholds(user.id)).toEqual(["soft_limit", "soft_limit"]);

    await page.goto(bursar.origin + at.budget(budget.id));
    const alerts = section(page, "Alerts");
    await expect(alerts.getByRole("row").filter({ hasText: "Zelda Alert" })).toContainText("Soft limit$212.50");
  } finally {
    await bursar.stop();
    receiver.stop();
  }
});

interface AlertEvent {
  data: { threshold: string; holder: { id: string } };
}

/** Takes webhooks whose signature is right. */
class Receiver {
  status = 500;
  private readonly events: AlertEvent[] = [];
  private readonly server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString();
      const header = (name: string) => String(request.headers[`webhook-${name}`]);
      const mac = createHmac("sha256", KEY).update(`${header("id")}.${header("timestamp")}.${body}`).digest("base64");
      if (header("signature") === `v1,${mac}`) {
        this.events.push(JSON.parse(body) as AlertEvent);
        response.writeHead(this.status).end();
      } else {
        response.writeHead(401).end();
      }
    });
  });

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    await new Promise<void>((resolve) => receiver.server.listen(0, "127.0.0.1", resolve));
    return receiver;
  }

  get variables(): Record<string, string> {
    const { port } = this.server.address() as AddressInfo;
    return {
      ALERT_WEBHOOK_URL: `http://127.0.0.1:${port}/bursar`,
      ALERT_WEBHOOK_SECRET: `whsec_${KEY.toString("base64")}`,
    };
  }

  /** What was reached by a holder, request by request. */
  thresholds(holder: string): string[] {
    return this.events.filter((event) => event.data.holder.id === holder).map((event) => event.data.threshold);
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
