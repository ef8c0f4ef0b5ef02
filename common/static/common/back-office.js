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
// One begins to type where something is wrong, or in the first field; on a phone that would only bring up its keys.
// jQuery says when the lists with a search of their own stand in the place of plain ones.
const whenReady = window.django?.jQuery ?? ((act) => window.addEventListener("load", act))
whenReady(() => {
  if (!matchMedia("(pointer: fine)").matches) return;
  const fields = ".select2-selection, input:not([type=hidden], [type=submit]), textarea, select:not(.select2-hidden-accessible)";
  const place = document.querySelector(".act .errors") ?? document.querySelector(".act form");
  place?.querySelector(fields)?.focus();
});
