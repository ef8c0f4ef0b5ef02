"use strict";
// Offers the address book of the customer who was chosen, and says in full which address the order will get.
(() => {
  const customer = document.getElementById("id_customer_id");
  const places = [...document.querySelectorAll(".destination")];
  if (!customer || !places.length) return;
  const select = (place) => place.querySelector("select[name$=_to]");
  const byPurpose = Object.fromEntries(places.map((place) => [place.dataset.purpose, place]));

  function text(place) {
    const list = select(place);
    const chosen = list.selectedOptions[0];
    if (chosen.value === "same") return text(byPurpose.shipping);
    if (chosen.value === "none") return "No address will stand on the order.";
    if (chosen.value === "typed") return "";
    return chosen.dataset.text || "No address will stand on the order, as none is known.";
  }

  function say() {
    for (const place of places) place.querySelector("p.help").textContent = text(place);
  }

  function offer(place, book) {
    const list = select(place);
    const default_ = book.find((entry) => entry.default_for.includes(place.dataset.purpose));
    const first = list.options[0];
    first.dataset.text = default_ ? default_.text : "";
    first.textContent = `The customer's default${default_ ? "" : ": there is none"}`;
    for (const option of [...list.options]) if (/^\d+$/.test(option.value)) option.remove();
    const typed = [...list.options].find((option) => option.value === "typed");
    for (const entry of book) {
      if (entry === default_) continue; // it stands at the top already
      const option = new Option(entry.text, entry.id);
      option.dataset.text = entry.text;
      typed.before(option);
    }
    const wanted = list.value === "typed" || list.value === "none" ? list.value : "";
    list.value = wanted === "" && !default_ && place.dataset.purpose === "billing" ? "same" : wanted;
  }

  // Whoever types an address seldom means another name than the customer's.
  function name(place) {
    const input = place.querySelector("input[name$=_address_name]");
    if (select(place).value !== "typed" || input.value) return;
    const [first, last] = ["first", "last"].map((part) => document.getElementById(`id_${part}_name`).value.trim());
    const known = customer.value ? customer.selectedOptions[0].textContent.replace(/, \S+@\S+$/, "") : "";
    input.value = known || `${first} ${last}`.trim();
  }

  let asked = 0;
  async function ask() {
    const turn = (asked += 1);
    let book = [];
    if (customer.value) {
      const answer = await fetch(customer.dataset.book.replace("/0/", `/${customer.value}/`));
      book = answer.ok ? (await answer.json()).addresses : [];
    }
    if (turn !== asked) return; // somebody else was chosen meanwhile
    for (const place of places) offer(place, book);
    say();
  }

  // The theme's list of customers tells jQuery alone.
  django.jQuery(customer).on("change", ask);
  for (const place of places) select(place).addEventListener("change", () => { name(place); say(); });
  if (customer.value && !document.querySelector(".destination option[data-text]:not([data-text=''])")) ask();
  else say();
})();
