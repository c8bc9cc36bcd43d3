import type { Page } from "@playwright/test";
import { MAINTAINER } from "../support/console";
import { type People, unique } from "../support/people";
import { arrived, at, row, signIn } from "../support/steps";
import { alive, expect, holdScripts, test } from "../support/test";
import { PASSWORD } from "../support/visitor";

/** What scripts write down when they fail: the failure, and that the page goes on without them. */
const FAILED = /hydration error|panicked|RuntimeError: unreachable|Unreachable|goes on without scripts/i;

/** Something between the server and the scripts that changes the document. */
interface Interference {
  /** Changes the document in the browser, before scripts have taken it over. */
  inBrowser?: () => void;
  /** Changes the HTML on its way, as a proxy does. */
  onTheWay?: (html: string) => string;
  /** Whether scripts may run all the same, must, or cannot. */
  scripts: "must run" | "may run" | "cannot run";
}

const INTERFERENCE: Record<string, Interference> = {
  "a password manager adds an element after each field": {
    inBrowser: () => {
      addEventListener("DOMContentLoaded", () => {
        for (const field of document.querySelectorAll("input:not([type=hidden])")) {
          field.insertAdjacentHTML("afterend", '<keeper-lock tabindex="-1"><svg width="9" height="9"></svg></keeper-lock>');
        }
      });
    },
    scripts: "must run",
  },
  "a password manager adds its element again when it is removed": {
    inBrowser: () => {
      addEventListener("DOMContentLoaded", () => {
        const add = () => {
          for (const field of document.querySelectorAll("input:not([type=hidden])")) {
            if (field.nextElementSibling?.localName !== "nordpass-icon") {
              field.after(document.createElement("nordpass-icon"));
            }
          }
        };
        add();
        new MutationObserver(add).observe(document.body, { childList: true, subtree: true });
      });
    },
    scripts: "may run",
  },
  "an extension wraps each field": {
    inBrowser: () => {
      addEventListener("DOMContentLoaded", () => {
        for (const field of document.querySelectorAll("input:not([type=hidden])")) {
          const wrapper = document.createElement("div");
          field.before(wrapper);
          wrapper.append(field, document.createElement("button"));
        }
      });
    },
    scripts: "must run",
  },
  "a translator wraps each text": {
    inBrowser: () => {
      addEventListener("DOMContentLoaded", () => {
        const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        const all: Text[] = [];
        while (texts.nextNode() !== null) {
          all.push(texts.currentNode as Text);
        }
        for (const text of all.filter((text) => text.data.trim() !== "" && text.parentElement?.localName !== "script")) {
          const outer = document.createElement("font");
          const inner = document.createElement("font");
          text.replaceWith(outer);
          outer.append(inner);
          inner.append(text.data);
        }
        document.documentElement.classList.add("translated-ltr");
      });
    },
    scripts: "cannot run",
  },
  "extensions add attributes, elements beside the page and scripts": {
    inBrowser: () => {
      addEventListener("DOMContentLoaded", () => {
        document.documentElement.setAttribute("data-darkreader-mode", "dynamic");
        document.body.setAttribute("data-new-gr-c-s-check-loaded", "14.1");
        document.body.setAttribute("cz-shortcut-listen", "true");
        document.head.prepend(document.createElement("meta"), document.createElement("script"));
        document.body.prepend(document.createElement("grammarly-desktop-integration"));
        document.body.append(document.createElement("com-1password-notification"));
        document.documentElement.append(document.createElement("veepn-lock-screen"));
        document.querySelectorAll("input").forEach((field) => field.setAttribute("data-keeper-lock-id", "k-1"));
      });
    },
    scripts: "must run",
  },
  "an extension adds its elements while the document arrives": {
    inBrowser: () => {
      new MutationObserver(() => {
        for (const field of document.querySelectorAll("input:not([type=hidden]):not([data-lp])")) {
          field.setAttribute("data-lp", "");
          field.insertAdjacentHTML("afterend", "<div data-lastpass-icon-root></div>");
        }
      }).observe(document, { childList: true, subtree: true });
    },
    scripts: "may run",
  },
  "a proxy removes comments": { onTheWay: (html) => html.replace(/<!(--.*?--)?>/gs, ""), scripts: "cannot run" },
  "a proxy collapses white space": {
    onTheWay: (html) => html.replace(/>\s+</g, "><").replace(/[ \t]+/g, " "),
    scripts: "may run",
  },
  "a proxy adds a script to the body": {
    onTheWay: (html) => html.replace(/<body[^>]*>/, '$&<script type="text/plain">counter()</script>'),
    scripts: "may run",
  },
  "a proxy adds an element to the end of the body": {
    onTheWay: (html) => html.replace("</body>", "<div id=toolbar></div></body>"),
    scripts: "must run",
  },
};

for (const [what, interference] of Object.entries(INTERFERENCE)) {
  test.describe(what, () => {
    test("signing in works", async ({ page, people, faults }) => {
      faults.allow(FAILED);
      const ada = await people.add("Ada Signing");
      await interfere(page, interference);
      await page.goto(at.signIn);
      await settled(page, interference);
      await signIn(page, ada.email, PASSWORD);
      await arrived(page, "My access");
    });

    test("a refusal is shown, and a user is created once, with the password on the screen", async ({ open, people, faults }) => {
      faults.allow(FAILED);
      faults.allow(/status of 422/);
      const page = await open(MAINTAINER);
      await interfere(page, interference);
      await page.goto(at.newUser);
      await settled(page, interference);
      const name = unique("Zoë");
      await page.getByLabel("Name").fill(name);
      await page.getByLabel("E-mail").fill("not-an-address.example");
      await page.evaluate(() => document.querySelectorAll("form").forEach((form) => (form.noValidate = true)));
      await page.getByRole("button", { name: /^Create/ }).click();
      await expect(page.locator("[aria-invalid=true]")).toHaveCount(1);
      await settled(page, { scripts: "may run" });
      await page.getByLabel("E-mail").fill(`${unique("zoe")}@example.com`);
      await page.getByRole("button", { name: /^Create/ }).click();
      await arrived(page, name);
      await expect(page.locator("code.select-all")).toBeVisible();
      expect(await created(people, name), "the account exists once").toBe(1);
    });

    test("a list searches, and its links lead on", async ({ open, people, faults }) => {
      faults.allow(FAILED);
      const zora = await people.add(unique("Zora"));
      const page = await open(MAINTAINER);
      await interfere(page, interference);
      await page.goto(at.users);
      await settled(page, interference);
      await page.getByRole("searchbox").first().fill(zora.name);
      await page.getByRole("searchbox").first().press("Enter");
      await expect(row(page, zora.name)).toBeVisible();
      await expect(page.getByRole("row").filter({ has: page.getByRole("link") })).toHaveCount(2);
      await page.getByRole("link", { name: zora.name }).first().click();
      await arrived(page, zora.name);
      expect(new URL(page.url()).pathname).toBe(at.user(zora.id));
      await page.goBack();
      await expect(row(page, zora.name)).toBeVisible();
    });
  });
}

test("what a password manager added is put back once scripts run", async ({ page }) => {
  await interfere(page, INTERFERENCE["a password manager adds an element after each field"]!);
  await page.goto(at.signIn);
  await alive(page);
  await expect(page.locator("input[name=email] + keeper-lock")).toHaveCount(1);
  await expect(page.getByRole("button", { name: "Show password" })).toBeVisible();
});

test("what needs scripts stays hidden where they fail", async ({ page, faults }) => {
  faults.allow(FAILED);
  await interfere(page, INTERFERENCE["a proxy removes comments"]!);
  await page.goto(at.signIn);
  await settled(page, { scripts: "cannot run" });
  await expect(page.getByRole("button", { name: "Show password" })).toBeHidden();
});

test.describe("scripts fail after the page was taken over", () => {
  test("a page on which nothing was typed is read again, once, and works", async ({ open, people, faults }) => {
    faults.allow(FAILED);
    const zora = await people.add(unique("Zora"));
    const page = await open(MAINTAINER);
    let documents = 0;
    page.on("request", (request) => (documents += request.isNavigationRequest() ? 1 : 0));
    await page.addInitScript(trap);
    await page.goto(at.users);
    await alive(page);
    for (const _ of ["the first failure", "a failure in the page read again"]) {
      await page.evaluate(() => dispatchEvent(new Event("trap")));
      await page.waitForTimeout(500);
    }
    expect(documents, "no endless reloading").toBe(2);
    await page.getByRole("searchbox").first().fill(zora.name);
    await page.getByRole("searchbox").first().press("Enter");
    await page.getByRole("link", { name: zora.name }).first().click();
    await arrived(page, zora.name);
  });

  test("what was typed stays, and the form goes through as a plain one", async ({ open, people, faults }) => {
    faults.allow(FAILED);
    const page = await open(MAINTAINER);
    await page.addInitScript(trap);
    await page.goto(at.newUser);
    await alive(page);
    const name = unique("Zoë");
    await page.getByLabel("Name").fill(name);
    await page.getByLabel("E-mail").fill(`${unique("zoe")}@example.com`);
    await page.evaluate(() => dispatchEvent(new Event("trap")));
    await expect(page.locator("html[data-alive]")).toHaveCount(0);
    await expect(page.getByLabel("Name")).toHaveValue(name);
    await page.getByRole("button", { name: /^Create/ }).click();
    await arrived(page, name);
    await expect(page.locator("code.select-all")).toBeVisible();
    expect(await created(people, name)).toBe(1);
  });

  test("the answer to a form that was under way is shown, and the form is not sent again", async ({ open, people, faults }) => {
    faults.allow(FAILED);
    const page = await open(MAINTAINER);
    await page.addInitScript(trap);
    let posts = 0;
    await page.route("**/act/users/create", async (route) => {
      posts += 1;
      await page.evaluate(() => dispatchEvent(new Event("trap")));
      await route.continue();
    });
    await page.goto(at.newUser);
    await alive(page);
    const name = unique("Zoë");
    await page.getByLabel("Name").fill(name);
    await page.getByLabel("E-mail").fill(`${unique("zoe")}@example.com`);
    await page.getByRole("button", { name: /^Create/ }).click();
    await arrived(page, name);
    await expect(page.locator("code.select-all"), "the password is shown").toBeVisible();
    expect([posts, await created(people, name)], "sent once, created once").toEqual([1, 1]);
  });

  test("a page that is translated goes on without scripts", async ({ open, people, faults }) => {
    faults.allow(FAILED);
    const zora = await people.add(unique("Zora"));
    const page = await open(MAINTAINER);
    await page.goto(at.users);
    await alive(page);
    await page.evaluate(() => document.documentElement.classList.add("translated-ltr"));
    await expect(page.locator("html[data-alive]")).toHaveCount(0);
    await page.getByRole("searchbox").first().fill(zora.name);
    await page.getByRole("searchbox").first().press("Enter");
    await page.waitForURL(/q=Zora/);
    await expect(row(page, zora.name)).toBeVisible();
  });
});

test("letters typed before scripts run are searched for", async ({ open, people }) => {
  const zora = await people.add(unique("Zora"));
  const page = await open(MAINTAINER);
  const release = await holdScripts(page);
  await page.goto(at.users, { waitUntil: "commit" });
  await page.getByRole("searchbox").first().fill(zora.name);
  release();
  await expect(page.getByRole("row").filter({ has: page.getByRole("link") })).toHaveCount(2);
  await expect(row(page, zora.name)).toBeVisible();
  await expect(page.getByRole("searchbox").first()).toHaveValue(zora.name);
});

/** Lets a page fail as a trap in its wasm does, whenever an event says so. */
function trap(): void {
  // The smallest module whose only function traps: (module (func (export "f") unreachable)).
  const bytes = [0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 5, 1, 3, 0, 0, 11];
  addEventListener("trap", () => {
    const { f } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(bytes))).exports;
    setTimeout(f as () => void);
  });
}

async function interfere(page: Page, { inBrowser, onTheWay }: Interference): Promise<void> {
  if (inBrowser !== undefined) {
    await page.addInitScript(inBrowser);
  }
  if (onTheWay !== undefined) {
    await page.route("**", async (route) => {
      if (!route.request().isNavigationRequest()) {
        await route.continue();
        return;
      }
      const response = await route.fetch({ maxRedirects: 0 });
      await route.fulfill({ response, body: onTheWay(await response.text()) });
    });
  }
}

/** Waits until scripts have taken the document over, or have failed to. */
async function settled(page: Page, { scripts }: Interference): Promise<void> {
  if (scripts === "must run") {
    await alive(page);
    return;
  }
  const over = page.waitForEvent("console", { predicate: (message) => message.text().includes("goes on without"), timeout: 3_000 });
  await Promise.race([alive(page), over]).catch(() => undefined);
  if (scripts === "cannot run") {
    await expect(page.locator("html[data-alive]")).toHaveCount(0);
  }
}

/** How many accounts have this name. */
async function created(people: People, name: string): Promise<number> {
  const html = await people.maintainer.read(`${at.users}?q=${encodeURIComponent(name)}`);
  return html.split(`title="${name}"`).length - 1;
}
