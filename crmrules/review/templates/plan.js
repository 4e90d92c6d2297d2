"use strict";
(() => {
  const box = document.getElementById("search");
  const shown = document.getElementById("shown");
  const buttons = [...document.querySelectorAll("[data-filter]")];
  const groups = [...document.querySelectorAll("[data-group]")];
  const rows = [...document.querySelectorAll("[data-status]")].map((row) => ({
    row,
    status: row.dataset.status.split(" "),
    text: (row.textContent + " " + (row.closest("[data-group]")?.dataset.group ?? "")).toLowerCase(),
    counts: row.matches("article"),
  }));
  let status = "";
  const apply = () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    let n = 0;
    for (const item of rows) {
      const hit = (!status || item.status.includes(status)) && words.every((word) => item.text.includes(word));
      item.row.hidden = !hit;
      if (hit && item.counts) n += 1;
    }
    for (const group of groups) group.hidden = !group.querySelector("[data-status]:not([hidden])");
    shown.textContent = shown.dataset.text.replace("{n}", String(n));
  };
  box.addEventListener("input", apply);
  for (const button of buttons) {
    button.addEventListener("click", () => {
      status = button.dataset.filter;
      for (const other of buttons) other.setAttribute("aria-pressed", String(other === button));
      apply();
    });
  }
  document.getElementById("tools").hidden = false;
  const reveal = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (target && target.matches("article")) target.querySelector("details").open = true;
  };
  window.addEventListener("hashchange", reveal);
  reveal();
})();
