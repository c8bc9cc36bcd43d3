// A document belongs to the browser until scripts have taken over the whole of it, and again as soon as they fail:
// then links and forms work as they do without scripts. `document.rs` puts in the two addresses.
const page = document.documentElement;
const here = () => location.pathname + location.search;
const isAlive = () => page.hasAttribute("data-alive");
const isTranslated = () => /\btranslated-/.test(page.className);
let failed = false;
let shown = here();

// Going back to an address that scripts left in the history needs its document.
addEventListener("popstate", () => isAlive() || here() === shown || location.reload());

// Traps and exceptions that come from the wasm, and no others.
const isOurs = (reason) => reason instanceof WebAssembly.RuntimeError || /wasm-function/.test(reason?.stack);
addEventListener("error", (event) => isOurs(event.error) && fail(event.error));
addEventListener("unhandledrejection", (event) => isOurs(event.reason) && fail(event.reason));

// Listeners of the scripts hear nothing unless the document is theirs.
const gates = new WeakMap();
function gate(listener) {
  if (typeof listener !== "function") return listener;
  const gated = gates.get(listener) ?? function (event) { if (isAlive()) return listener.call(this, event); };
  gates.set(listener, gated);
  return gated;
}
for (const name of ["addEventListener", "removeEventListener"]) {
  const original = EventTarget.prototype[name];
  EventTarget.prototype[name] = function (type, listener, ...rest) {
    return original.call(this ?? window, type, gate(listener), ...rest);
  };
}

// Once scripts have failed, the server's answers are for the next document. Until they have had the time to show the
// answer to a form, it is kept.
let answer;
const send = window.fetch;
const never = new Promise(() => {});
window.fetch = (request, ...rest) => {
  const { pathname } = new URL(request.url ?? request, location);
  if (!/^\/(act|data)\//.test(pathname)) return send(request, ...rest);
  if (failed) return never;
  const sent = send(request, ...rest);
  if (pathname.startsWith("/act/")) {
    const mine = (answer = sent.then((response) => response.clone()));
    mine.catch(() => {}).then(() => setTimeout(() => answer === mine && (answer = undefined), 5000));
  }
  return sent.then((response) => (failed ? never : response));
};

const typed = () =>
  [...document.querySelectorAll("input, textarea, option")].filter((field) =>
    "defaultSelected" in field ? field.selected !== field.defaultSelected && !field.disabled
    : /^(checkbox|radio)$/.test(field.type) ? field.checked !== field.defaultChecked
    : field.value !== field.defaultValue);

// The document goes on without scripts. Where a form is under way, its answer leads on. Otherwise a document that
// scripts have changed is read again, once, unless something typed would be lost.
function fail(reason) {
  if (failed) return;
  const isChanged = isAlive() && reason !== isTranslated;
  const isReloaded = performance.getEntriesByType("navigation")[0]?.type === "reload";
  failed = true;
  page.removeAttribute("data-alive");
  shown = here();
  console.warn("The page goes on without scripts.", reason);
  if (answer) answer.then((response) => response.json()).then((sent) => location.assign(sent.to)).catch(() => {});
  else if (isChanged && !isReloaded && !typed().length && navigator.onLine) location.reload();
}

// A translated text is no longer the one that scripts would change.
new MutationObserver(() => isTranslated() && fail(isTranslated)).observe(page, { attributeFilter: ["class"] });

// What others, such as password managers, change before scripts take over is undone for that moment, because scripts
// find their elements by position. What they only added is put back afterwards.
const changes = [];
const watch = new MutationObserver((records) => changes.push(...records));
watch.observe(document.body, { subtree: true, childList: true, characterData: true, characterDataOldValue: true });
function restore() {
  changes.push(...watch.takeRecords());
  watch.disconnect();
  for (const { type, target, oldValue, addedNodes, removedNodes, nextSibling } of [...changes].reverse()) {
    if (type === "characterData") target.data = oldValue;
    for (const node of addedNodes) if (node.parentNode === target) node.remove();
    for (const node of removedNodes) target.insertBefore(node, nextSibling);
  }
}
function putBack() {
  const rearranged = new Set(changes.filter(({ removedNodes }) => removedNodes.length).map(({ target }) => target));
  for (const { target, addedNodes, previousSibling } of changes) {
    if (rearranged.has(target)) continue;
    let last = previousSibling;
    for (const node of addedNodes) {
      if (node.parentNode) continue;
      target.insertBefore(node, last?.parentNode === target ? last.nextSibling : target.firstChild);
      last = node;
    }
  }
}

async function takeOver() {
  const scripts = await import("{script}");
  await scripts.default({ module_or_path: "{wasm}" });
  if (isTranslated()) throw isTranslated;
  if (failed) return;
  await scripts.hydrate(restore);
  if (failed) return;
  page.setAttribute("data-alive", "");
  putBack();
  // What the user typed or chose meanwhile is news to the scripts.
  for (const field of typed()) for (const type of ["input", "change"])
    (field.closest("select") ?? field).dispatchEvent(new Event(type, { bubbles: true }));
}
takeOver().catch(fail);
