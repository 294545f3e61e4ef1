// F9 rings at the supervisors' screens and nowhere else; a held departure counts down, and the page is read again when
// the hold is over.

import { now } from "./clock.js";
import { post } from "./answers.js";

const token = () => document.body.dataset.formToken;
const silent = document.querySelector("[data-silent]");

async function ring(event) {
  event.preventDefault();
  const answer = await post(silent.action, new URLSearchParams({ form_token: token() }));
  const line = silent.querySelector("small");
  if (answer.ok) line.textContent = line.dataset.heard;
}

silent?.addEventListener("submit", ring);

// Also while a panel is open or something is typed: whoever needs it has no time to close one.
document.addEventListener("keydown", (event) => {
  if (event.key !== "F9" || event.repeat || !silent) return;
  event.preventDefault();
  silent.requestSubmit();
});

const two = (number) => String(number).padStart(2, "0");

customElements.define("sk-left", class extends HTMLElement {
  connectedCallback() {
    this.tick();
    this.timer = setInterval(() => this.tick(), 1000);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  tick() {
    const seconds = Math.ceil((Date.parse(this.dataset.until) - now()) / 1000);
    if (seconds > 0) {
      this.textContent = `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
      return;
    }
    this.textContent = this.dataset.over;
    if (document.querySelector("dialog[open]")) return;
    clearInterval(this.timer);
    location.reload();
  }
});
