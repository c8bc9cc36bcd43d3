import { type Page, expect } from "@playwright/test";
import { unique } from "./people";
import { arrived, at, row, section } from "./steps";

/** Signs somebody in at the provider, in a browser of their own. */
type EnterAs = (name: string) => Promise<Page>;

/** A page that there is only where an identity provider vouches for people. */
export interface SceneBehindProvider {
  name: string;
  /** Plays it; `fresh` is a browser in which nobody is signed in. */
  play: (enterAs: EnterAs, fresh: Page) => Promise<Page>;
}

export const SCENES_BEHIND_PROVIDER: SceneBehindProvider[] = [
  {
    name: "sign-in through a provider",
    play: async (_, fresh) => {
      await fresh.goto(at.signIn);
      return fresh;
    },
  },
  {
    name: "turned away with a reason",
    play: async (enterAs) => {
      const page = await enterAs(unique("visitor"));
      await arrived(page, "Your account has no role yet");
      await page.getByText("What the identity provider told us").click();
      return page;
    },
  },
  {
    name: "person who differs from the token, and whose address another has",
    play: async (enterAs) => {
      const page = await personInDoubt(enterAs);
      await expect(section(page, "Identity provider").getByRole("table", { name: "Differences" })).toBeVisible();
      return page;
    },
  },
  {
    name: "linking an identity",
    play: async (enterAs) => {
      const page = await personInDoubt(enterAs);
      await page.getByRole("button", { name: "Link to this account" }).click();
      await expect(page.getByRole("dialog")).toBeVisible();
      return page;
    },
  },
];

/** The page of somebody with another role here than in the token, and with a sign-in that was turned away. */
async function personInDoubt(enterAs: EnterAs): Promise<Page> {
  const name = unique("developer");
  await arrived(await enterAs(name), `Kim ${name}`);
  await arrived(await enterAs(`${name}+another`), "Your address belongs to another account");
  const page = await enterAs(unique("admin"));
  await page.goto(`${at.users}?q=${name}`);
  await row(page, `Kim ${name}`).getByRole("link").first().click();
  await arrived(page, `Kim ${name}`);
  await section(page, "Projects").getByLabel("Add to project").fill("atlas");
  await section(page, "Projects").getByRole("button", { name: "Add to project" }).click();
  await expect(section(page, "Projects").getByText("atlas", { exact: true })).toBeVisible();
  return page;
}
