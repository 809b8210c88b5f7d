// Small comforts only: every page is complete without this file.
(() => {
  "use strict";
  const interactive = "a, button, input, select, textarea, label, summary, details";

  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll("details.lx-clause[open], details.lx-figure__definition[open], details.lx-menu[open]")) {
      if (!open.contains(event.target)) open.open = false;
    }
    const printer = event.target.closest("[data-print]");
    if (printer) { event.preventDefault(); window.print(); return; }
    // The whole row is a door, but text in it can still be selected and copied into a spreadsheet.
    if (event.target.closest(interactive) || String(window.getSelection())) return;
    const door = event.target.closest("tr")?.querySelector("a.lx-row");
    if (!door) return;
    if (event.ctrlKey || event.metaKey) window.open(door.href, "_blank", "noopener");
    else door.click();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.activeElement?.closest("details[open]");
    if (open) { open.open = false; open.querySelector("summary").focus(); }
  });

  document.getElementById("lx-refusal")?.focus();
})();
