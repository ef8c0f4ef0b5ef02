"use strict";
// Finds products while one types, shows stock and price beside each line, and sums up. The form works without it, too.
(() => {
  const table = document.querySelector("table.lines");
  if (!table) return;
  const body = table.tBodies[0];
  const { lookup, currency, before } = table.dataset;
  let serial = 0;

  const money = (cents) =>
    `${(cents / 100).toLocaleString("en-GB", { minimumFractionDigits: 2, maximumFractionDigits: 2 })} ${currency}`;
  const sku = (row) => row.querySelector("input[name$=_sku]");
  const quantity = (row) => row.querySelector("input[name$=_quantity]");
  const set = (row, name, text) => { row.querySelector(`.${name}`).textContent = text; };

  function show(row) {
    const { name, available, price, held } = row.dataset;
    const known = price !== undefined;
    const units = Number.parseInt(quantity(row).value, 10) || 0;
    const short = known && units - Number(held || 0) > Number(available);
    set(row, "product", known ? name : "");
    set(row, "available", known ? Number(available).toLocaleString("en-GB") : "");
    row.querySelector(".available").classList.toggle("late", short);
    row.querySelector(".available").title = short ? "More than is available" : "";
    set(row, "price", known ? money(Number(price)) : "");
    set(row, "line-total", known && units ? money(units * Number(price)) : "");
  }

  function total() {
    let cents = 0;
    for (const row of body.rows)
      cents += (Number.parseInt(quantity(row).value, 10) || 0) * Number(row.dataset.price || 0);
    table.querySelector("tfoot .total").textContent = money(cents);
    const change = table.querySelector("tfoot .change");
    if (before === "") return;
    const more = cents - Number(before);
    change.textContent = more === 0 ? "no change" : `${more > 0 ? "+" : "−"}${money(Math.abs(more))}`;
  }

  function refresh(row) { show(row); total(); }

  function know(row, product) {
    const kept = row.dataset.sku === product.sku;
    if (!kept) delete row.dataset.held;
    Object.assign(row.dataset, {
      sku: product.sku, name: product.name, available: product.available,
      price: kept && row.dataset.held ? row.dataset.price : product.price_cents,
    });
    refresh(row);
  }

  function unknow(row) {
    for (const name of ["name", "available", "price", "held", "sku"]) delete row.dataset[name];
    refresh(row);
  }

  async function find(text) {
    const answer = await fetch(`${lookup}?q=${encodeURIComponent(text)}`, { headers: { Accept: "application/json" } });
    return answer.ok ? (await answer.json()).products : [];
  }

  // One list of suggestions for each input: an ARIA combobox that keeps the focus in the input.
  function attach(row) {
    const input = sku(row);
    const list = document.createElement("ul");
    list.className = "suggestions";
    list.id = `suggestions-${(serial += 1)}`;
    list.setAttribute("role", "listbox");
    list.hidden = true;
    input.after(list);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-expanded", "false");
    let found = [], at = -1, asked = 0, waiting;

    const close = () => {
      list.hidden = true;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
      at = -1;
    };
    const choose = (product) => {
      input.value = product.sku;
      know(row, product);
      close();
      quantity(row).focus();
      quantity(row).select();
    };
    const mark = (index) => {
      at = (index + found.length) % found.length;
      [...list.children].forEach((item, number) => item.setAttribute("aria-selected", String(number === at)));
      input.setAttribute("aria-activedescendant", list.children[at].id);
      list.children[at].scrollIntoView({ block: "nearest" });
    };
    const open = (products) => {
      found = products;
      list.replaceChildren(...products.map((product, number) => {
        const item = document.createElement("li");
        item.id = `${list.id}-${number}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        const words = [product.sku, product.name, `${product.available} available`, money(product.price_cents)];
        item.append(...words.map((text) => Object.assign(document.createElement("span"), { textContent: text })));
        item.addEventListener("mousedown", (event) => { event.preventDefault(); choose(product); });
        return item;
      }));
      list.hidden = products.length === 0;
      input.setAttribute("aria-expanded", String(!list.hidden));
      at = -1;
    };
    const ask = async () => {
      const text = input.value.trim();
      const turn = (asked += 1);
      if (!text) { unknow(row); close(); return; }
      const products = await find(text);
      if (turn !== asked) return; // something else was typed meanwhile
      const same = products.find((product) => product.sku === text);
      if (same) know(row, same); else unknow(row);
      if (!same && document.activeElement !== input) set(row, "product", "There is no such SKU");
      if (document.activeElement === input && !(same && products.length === 1)) open(products); else close();
    };

    input.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, 120); });
    input.addEventListener("blur", () => {
      close();
      if (row.dataset.price === undefined && input.value.trim()) { clearTimeout(waiting); ask(); }
    });
    input.addEventListener("keydown", (event) => {
      if (list.hidden) return;
      if (event.key === "ArrowDown") mark(at + 1);
      else if (event.key === "ArrowUp") mark(at - 1);
      else if (event.key === "Enter" && at >= 0) choose(found[at]);
      else if (event.key === "Escape") close();
      else return;
      event.preventDefault();
    });
    quantity(row).addEventListener("input", () => refresh(row));
    // Enter in a quantity goes on to the next line; the order is sent with its button.
    quantity(row).addEventListener("keydown", (event) => {
      const next = row.nextElementSibling;
      if (event.key !== "Enter" || !next) return;
      event.preventDefault();
      sku(next).focus();
    });
    show(row);
  }

  // The last row always leaves room for one more.
  table.addEventListener("input", (event) => {
    const last = body.lastElementChild;
    if (event.target.closest("tr") !== last) return;
    const next = last.cloneNode(true);
    const number = last.rowIndex + 1;
    next.firstElementChild.textContent = number;
    for (const name of Object.keys(next.dataset)) delete next.dataset[name];
    for (const list of next.querySelectorAll(".suggestions")) list.remove();
    for (const input of next.querySelectorAll("input")) {
      input.value = "";
      input.setAttribute("aria-label", input.getAttribute("aria-label").replace(/\d+$/, number));
    }
    last.after(next);
    attach(next);
  });

  [...body.rows].forEach(attach);
  total();
})();
