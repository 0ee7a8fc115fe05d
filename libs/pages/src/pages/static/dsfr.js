// The official skin leaves light and dark to its own script, which would also take over our windows.
(() => {
  "use strict";
  const dark = matchMedia("(prefers-color-scheme: dark)");
  (dark.onchange = () => { document.documentElement.dataset.frTheme = dark.matches ? "dark" : "light"; })();
})();
