"use strict";
// Sorts the bodies of a table by a column, and keeps the choice of light or dark.

function key(body, column) {
  const value = body.rows[0].cells[column].dataset.sort ?? "";
  return value === "" || Number.isNaN(Number(value)) ? value : Number(value);
}

function compare(one, other) {
  if (typeof one === "number" && typeof other === "number") return one - other;
  return String(one).localeCompare(String(other));
}

function sort(table, heading) {
  const column = heading.cellIndex;
  const descending = heading.getAttribute("aria-sort") === "ascending"
    || (!heading.hasAttribute("aria-sort") && heading.classList.contains("figure"));
  const bodies = [...table.tBodies].filter((body) => !body.classList.contains("quoted"));
  const known = bodies.filter((body) => key(body, column) !== "");
  const unknown = bodies.filter((body) => key(body, column) === "");
  known.sort((one, other) => compare(key(one, column), key(other, column)) * (descending ? -1 : 1));
  const last = [...table.tBodies].find((body) => body.classList.contains("quoted")) ?? null;
  for (const body of [...known, ...unknown]) table.insertBefore(body, last);
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
}

for (const table of document.querySelectorAll("table.sortable")) {
  for (const button of table.tHead.querySelectorAll("button.sort")) {
    button.addEventListener("click", () => sort(table, button.closest("th")));
  }
}

const theme = document.getElementById("theme");
const system = window.matchMedia("(prefers-color-scheme: dark)");

function stored(value) {
  try { // a page of a file may be refused any storage
    if (value) localStorage.setItem("mullama-theme", value);
    return localStorage.getItem("mullama-theme");
  } catch {
    return null;
  }
}

function show(chosen) {
  if (chosen) document.documentElement.dataset.theme = chosen;
  const dark = (chosen ?? (system.matches ? "dark" : "light")) === "dark";
  theme.textContent = dark ? "Light" : "Dark";
  theme.setAttribute("aria-label", dark ? "Show the page light" : "Show the page dark");
  theme.dataset.next = dark ? "light" : "dark";
}

theme.hidden = false;
theme.addEventListener("click", () => {
  stored(theme.dataset.next);
  show(theme.dataset.next);
});
system.addEventListener("change", () => show(document.documentElement.dataset.theme));
show(["light", "dark"].find((name) => name === stored()));

// What is folded cannot be opened on paper.
window.addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details:not(.long)")) details.open = true;
});
