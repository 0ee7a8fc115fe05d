// What HTML and htmx leave to do: windows, focus, one request a click. templates/macros.html says how pages use it.
(() => {
  "use strict";
  const byId = (id) => document.getElementById(id);
  const on = (name, act) => document.addEventListener(name, act, true); // capture: `close` does not bubble
  const FIELDS = "input:not([type=hidden], :disabled), select:not(:disabled), textarea:not(:disabled)";
  const busy = new WeakSet(), held = new WeakMap(), buttons = new WeakMap(), openers = new WeakMap(), focused = new WeakMap();

  const hold = (source, button) => { // not `disabled`: that would lose the focus, and the button's own value
    busy.add(source);
    for (const name of ["aria-busy", "aria-disabled"]) button?.setAttribute(name, "true");
    return () => { busy.delete(source); for (const name of ["aria-busy", "aria-disabled"]) button?.removeAttribute(name); };
  };
  on("htmx:config:request", (e) => { if (busy.has(e.detail.ctx.sourceElement)) e.preventDefault(); });
  on("htmx:before:request", ({ detail: { ctx } }) => {
    const source = ctx.sourceElement, button = ctx.request.submitter ?? source;
    asked.set(ctx, performance.now());
    buttons.set(source, button);
    focused.set(source, document.activeElement !== document.body);
    if (ctx.request.method !== "GET" && source.matches("form, button")) held.set(ctx, hold(source, button.matches("button") ? button : null));
    document.querySelectorAll("[data-panne]").forEach((old) => old.remove());
  });
  on("htmx:finally:request", ({ detail: { ctx } }) => held.get(ctx)?.());
  // An answer asked for before a box was ticked would untick it: it is dropped, and asked for again.
  const asked = new WeakMap(), touched = new WeakMap();
  on("change", ({ target }) => { const region = target.closest?.("[data-garde]"); if (region) touched.set(region, performance.now()); });
  on("htmx:before:response", (e) => {
    const { ctx } = e.detail;
    if (!(touched.get(ctx.target) > asked.get(ctx))) return;
    e.preventDefault();
    setTimeout(() => ctx.sourceElement.dispatchEvent(new Event("reprise")));
  });
  document.addEventListener("submit", (e) => { // not captured: htmx has by then taken the forms that are its own
    if (e.defaultPrevented || (e.submitter?.formMethod || e.target.method) !== "post") return;
    if (busy.has(e.target)) e.preventDefault();
    else setTimeout(hold(e.target, e.submitter), 10_000); // a file as answer leaves the page in place
  });
  window.addEventListener("pageshow", (e) => { if (e.persisted) location.reload(); });
  // The page of a form that was refused: « Précédent » and reloading ask for its address, where the browser would show an error.
  if ("envoi" in document.documentElement.dataset) history.replaceState(history.state, "", location.href);

  // Reloading, or coming back, does not say once more that something was done.
  const forget = () => {
    const here = new URL(location.href);
    if (!here.searchParams.has("fait")) return;
    for (const name of ["fait", "n", "enleves"]) here.searchParams.delete(name);
    history.replaceState(history.state, "", here);
  };
  forget();
  on("htmx:after:history:update", forget);

  on("htmx:after:settle", ({ target, detail: { task } }) => {
    const dialog = byId(target.dataset.dialogue), opened = dialog && !dialog.open;
    if (opened) { openers.set(dialog, buttons.get(task.sourceElement) ?? task.sourceElement); dialog.showModal(); }
    const lost = focused.get(task.sourceElement) && (document.activeElement ?? document.body) === document.body; // not: never had
    if (target.querySelector("[autofocus]") || !(opened || lost)) return; // htmx itself gives the focus to `autofocus`
    const page = target === document.body && (document.querySelector("#avis:has(*)") ?? byId("contenu"));
    (page || target.querySelector(FIELDS) || target.querySelector("a[href], button"))?.focus();
  });
  on("click", (e) => { // « Annuler » is a link back for who has no script
    const dialog = e.target.closest("[data-fermer]")?.closest("dialog[open]");
    if (dialog) { e.preventDefault(); dialog.close(); }
  });
  const fold = (but) => document.querySelectorAll(".im-deplier[open]").forEach((one) => { if (!one.contains(but)) one.open = false; });
  on("click", ({ target }) => fold(target)); // without script a group folds where it was unfolded
  on("keydown", ({ key, target }) => {
    const group = key === "Escape" && target.closest?.(".im-deplier[open]");
    if (group) { fold(null); group.querySelector("summary").focus(); }
  });
  const typed = new WeakSet(); // windows in which something was entered: Escape asks before it is lost
  on("input", ({ target }) => { const dialog = target.closest?.("dialog[open]"); if (dialog) typed.add(dialog); });
  on("cancel", (e) => { if (typed.has(e.target) && !confirm(e.target.dataset.abandon)) e.preventDefault(); });
  on("close", ({ target }) => typed.delete(target));
  on("close", ({ target }) => { // the row that the opener stood in may have been swapped meanwhile
    const opener = openers.get(target);
    if (opener) (opener.isConnected ? opener : byId(opener.id) ?? byId("contenu"))?.focus();
  });

  const fail = () => {
    const place = document.querySelector("dialog[open] [data-dialogue]") ?? byId("avis");
    place.prepend(byId("panne").content.cloneNode(true));
    place.firstElementChild.scrollIntoView({ block: "nearest" });
  };
  on("htmx:error", fail);
  on("htmx:before:response", (e) => { // a refusal made for programs is no page
    const { status, headers } = e.detail.ctx.response;
    if (status >= 400 && !headers.get("content-type")?.startsWith("text/html")) { e.preventDefault(); fail(); }
  });
})();
