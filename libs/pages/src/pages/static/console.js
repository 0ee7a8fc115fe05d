// A console that answers no more: what its page shows is not of now, and the page says so.
(() => {
  "use strict";
  const SILENT = "La console ne répond plus";
  const silent = (event) => {
    event.stopImmediatePropagation(); // imagin.js would tell it anew, and scroll to it, every two seconds
    const badge = document.querySelector(".im-console__phrase .fr-badge");
    if (badge.textContent === SILENT) return;
    document.getElementById("flux").classList.add("im-console--muette"); // the next answer takes all of it away
    badge.className = "fr-badge fr-badge--error";
    badge.textContent = SILENT;
    document.title = SILENT;
  };
  window.addEventListener("htmx:error", silent, true);
  window.addEventListener("htmx:before:response", (event) => {
    if (event.detail.ctx.response.status === 200) return;
    event.preventDefault(); // a proxy's page has no flow in it
    silent(event);
  }, true);
})();
