// The queue, kept live: the whole list on every connection, then only what changes.

import { keepLive } from "./live.js";
import { awaitLastLine } from "./scan.js";

const list = document.getElementById("queue");

// Rows that are gone, and rows that are new or other, each below the case that stands above it.
function amend(told) {
  const { gone, rows, caption } = JSON.parse(told);
  const body = list.querySelector("tbody");
  const row = (id) => body.querySelector(`[data-case="${id}"]`);
  const fragment = document.createElement("template");
  for (const id of gone) row(id)?.remove();
  for (const [id, marks, above] of rows) {
    fragment.innerHTML = marks.trim();
    const [old, made] = [row(id), fragment.content.firstElementChild];
    const focused = old?.contains(document.activeElement);
    if (old) old.replaceWith(made);
    else if (above) row(above).after(made);
    else body.prepend(made);
    if (focused) made.querySelector(".who a, .who button, a")?.focus();
  }
  list.querySelector("caption").textContent = caption;
}

awaitLastLine(document.getElementById("passport"));

document.addEventListener("refused", () => document.getElementById("passport")?.select());

keepLive(list, { rows: amend });
