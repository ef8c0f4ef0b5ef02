"use strict";
// A form is sent once per press; the server would do it once all the same, by its key.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.classList.contains("once")) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form.once")) delete form.dataset.sent;
});
// The last row of an order's lines always leaves room for one more.
document.addEventListener("input", (event) => {
  const row = event.target.closest("table.lines tbody tr:last-child");
  if (!row) return;
  const next = row.cloneNode(true);
  const number = row.rowIndex + 1;
  next.firstElementChild.textContent = number;
  for (const cell of next.querySelectorAll(".product")) cell.textContent = "";
  for (const input of next.querySelectorAll("input")) {
    input.value = "";
    input.setAttribute("aria-label", input.getAttribute("aria-label").replace(/\d+$/, number));
  }
  row.after(next);
});
