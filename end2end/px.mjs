import { chromium } from "@playwright/test";
const out = process.argv[2];
const b = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--headless","--no-sandbox","--disable-gpu"] });
const pages = ["/settings/administration/users?rows=25","/settings/administration/projects?rows=25","/settings/administration/budgets?rows=25","/settings/administration/projects/audit-agent","/settings/my-access","/_gallery"];
for (const w of [1440, 1000, 800, 360]) {
  const c = await b.newContext({ viewport: { width: w, height: 900 }, javaScriptEnabled: false });
  await c.addCookies([{ name: "__Host-bursar", value: "bench-bench-bench-bench-bench-bench-bench-0", url: "https://127.0.0.1:3999", secure: true, path: "/" }]).catch(e=>console.log(e.message));
  const p = await c.newPage();
  await p.setExtraHTTPHeaders({ cookie: "__Host-bursar=bench-bench-bench-bench-bench-bench-bench-0" });
  for (const [i, u] of pages.entries()) {
    await p.goto("http://127.0.0.1:3999" + u);
    await p.addStyleTag({ content: "time,.cursor{color:transparent!important}" }).catch(()=>{});
    await p.screenshot({ path: `${out}/${w}-${i}.png`, fullPage: true });
  }
  await c.close();
}
await b.close();
