// A hearing by keyboard: a number opens its act, or does it where there is nothing to say; Esc closes and never destroys.

import "./clock.js";
import { isLocked } from "./lock.js";

const typing = (target) => target.matches("input, textarea, select");
const forms = [...document.querySelectorAll("form.act")];

function begin(form) {
  const details = form.querySelector("details");
  if (!details) return form.querySelector("button").focus();
  details.open = true;
  details.querySelector("input:not([type=hidden]), textarea, select").focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || isLocked()) return;
  if (event.key === "Escape") {
    const details = event.target.closest?.("details[open]");
    if (!details) return;
    details.open = false;
    details.querySelector("summary").focus();
  } else if (/^[1-9]$/.test(event.key) && !typing(event.target)) {
    const form = forms[event.key - 1];
    if (!form) return;
    event.preventDefault();
    begin(form);
  }
});

// The same key twice is one act.
for (const form of forms) {
  form.addEventListener("submit", () => setTimeout(() => form.querySelectorAll("button").forEach((b) => (b.disabled = true))));
}

document.body.dataset.keys = "ready";
