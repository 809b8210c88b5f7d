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
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.closest("input, textarea, select, [contenteditable]")) {
      const box = [...document.querySelectorAll("#lx-search-q, #lx-find-q")].find((one) => one.offsetParent);
      if (box) { event.preventDefault(); box.focus(); box.select(); }
      else if (document.querySelector(".lx-bell--find")) { event.preventDefault(); document.querySelector(".lx-bell--find").click(); }
      return;
    }
    if (event.key !== "Escape") return;
    const open = document.activeElement?.closest("details[open]");
    if (open) { open.open = false; open.querySelector("summary").focus(); }
  });

  // On a phone the tabs scroll sideways: the present one is in sight.
  for (const tab of document.querySelectorAll(".lx-tabs [aria-current]")) {
    const row = tab.parentElement;
    if (row.scrollWidth > row.clientWidth) row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
  }

  // Lists worked through by keyboard: j and k move, a letter presses what carries it (data-key), x ticks.
  const keyed = document.querySelector("[data-keys]");
  keyed?.addEventListener("focusin", (event) => {
    for (const row of keyed.querySelectorAll("tr.lx-at")) row.classList.remove("lx-at");
    event.target.closest("tbody tr")?.classList.add("lx-at");
  });
  document.activeElement?.closest("[data-keys] tbody tr")?.classList.add("lx-at");
  document.addEventListener("keydown", (event) => {
    if (!keyed || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=checkbox]), textarea, select")) return;
    const rows = [...keyed.querySelectorAll("tbody tr")];
    const at = rows.findIndex((row) => row.classList.contains("lx-at"));
    if (event.key === "j" || event.key === "k") {
      const next = rows[Math.min(Math.max(at + (event.key === "j" ? 1 : -1), 0), rows.length - 1)];
      (next?.querySelector("[data-key=Enter]") ?? next?.querySelector("a.lx-row"))?.focus();
      next?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "x") {
      rows[at]?.querySelector("input[type=checkbox]")?.click();
    } else if (event.key === "r") {
      rows[at]?.querySelector("[data-key=r]")?.click();
    } else return;
    event.preventDefault();
  });

  // A form that keeps a draft on this device until it is saved. Its hidden key makes a restored draft the same record.
  const keeping = document.querySelector("form[data-draft]");
  const place = (form) => `lx-draft:${form.dataset.draft}`;
  const told = (text) => { const at = keeping.querySelector("[data-draft-told]"); if (at) at.textContent = text; };
  for (const name of Object.keys(localStorage)) {
    if (!name.startsWith("lx-draft:")) continue;
    const kept = JSON.parse(localStorage.getItem(name) || "{}");
    if (Date.now() - (kept.at || 0) > 86400000 || (kept.sent && !keeping)) localStorage.removeItem(name);
  }
  if (keeping) {
    const kept = JSON.parse(localStorage.getItem(place(keeping)) || "null");
    if (kept && keeping.dataset.fresh === "1") {
      for (const [name, value, type] of kept.values) {
        for (const field of keeping.elements[name] instanceof RadioNodeList ? keeping.elements[name] : [keeping.elements[name]]) {
          if (!field) continue;
          if (type === "tick") { if (field.value === value) field.checked = true; } else field.value = value;
        }
      }
      told("接着上次没存完的写");
    }
    let waiting;
    const keep = (sent) => {
      const values = [...keeping.elements].filter((one) => one.name && one.name !== "csrfmiddlewaretoken" && one.type !== "file").flatMap((one) =>
        one.type === "checkbox" || one.type === "radio" ? (one.checked ? [[one.name, one.value, "tick"]] : []) : [[one.name, one.value, "text"]]);
      localStorage.setItem(place(keeping), JSON.stringify({ at: Date.now(), sent, values }));
    };
    keeping.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(() => { keep(false); told("草稿已存在本机"); }, 600); });
    keeping.addEventListener("submit", () => { clearTimeout(waiting); keep(true); });
  }
  if (document.querySelector("input[name=username]")) {  // signed out: nothing of the last person stays on the device
    for (const name of Object.keys(localStorage)) if (name.startsWith("lx-draft:")) localStorage.removeItem(name);
  }

  document.getElementById("lx-refusal")?.focus();
})();
