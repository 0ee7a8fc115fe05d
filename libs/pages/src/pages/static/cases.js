// Groups of boxes: how many are ticked, said at every change, and two buttons that tick all or none.
(() => {
  "use strict";
  const all = (selector, act) => document.querySelectorAll(selector).forEach(act);
  const count = () => all("[data-compte]", (place) => {
    const n = document.querySelectorAll(`#${CSS.escape(place.dataset.compte)} input:checked`).length + Number(place.dataset.ailleurs || 0);
    const text = `${n.toLocaleString("fr")} ${n < 2 ? place.dataset.un : place.dataset.plusieurs}`;
    if (place.textContent !== text) place.textContent = text; // a live region repeats what is written into it again
    const button = place.closest("button");
    if (button && button.getAttribute("aria-busy") !== "true") n ? button.removeAttribute("aria-disabled") : button.setAttribute("aria-disabled", "true");
  });
  const ready = () => { all("[data-cocher]", (button) => { button.hidden = false; }); count(); };
  document.addEventListener("change", count);
  document.addEventListener("click", (e) => { // « Convoquer 0 personne »: not `disabled`, which the keyboard would pass over unheard
    if (!e.target.closest("button[aria-disabled=true]")?.querySelector("[data-compte]")) return;
    e.preventDefault();
    e.stopPropagation();
  }, true);
  document.addEventListener("htmx:after:settle", ready);
  document.addEventListener("click", (e) => {
    const button = e.target.closest("[data-cocher]");
    if (!button) return;
    e.preventDefault(); // without script it may be the form's
    all(`#${CSS.escape(button.dataset.cocher)} input:enabled`, (box) => { box.checked = button.dataset.etat === "oui"; });
    document.getElementById(button.dataset.cocher).dispatchEvent(new Event("change", { bubbles: true })); // counts, and tells htmx
  });
  ready();
})();
