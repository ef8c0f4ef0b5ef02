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
// The theme writes the name of a chosen file into a field of its own, which our forms do not have, and fails.
document.addEventListener("change", (event) => {
  if (event.target.type === "file") event.stopPropagation();
}, true);
