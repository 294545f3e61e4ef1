// The monitor wall by keyboard: numbers choose a gate, letters order it, Space says that one is there, A marks the first
// alert as seen. Opening both doors takes a key held for two seconds; Esc closes and changes nothing.

import { now } from "./clock.js";
import { post, silence } from "./answers.js";
import { isLocked } from "./lock.js";
import { keepLive } from "./live.js";

const acts = document.getElementById("acts");
const chosen = document.getElementById("gate");
const presence = document.getElementById("presence");
const locking = document.getElementById("locking");
const live = document.getElementById("live");
const token = () => document.body.dataset.formToken;
const tiles = () => [...live.querySelectorAll(".tile")];
const second = (iso) => (now() - Date.parse(iso)) / 1000;

customElements.define("sk-watch", class extends HTMLElement {
  connectedCallback() {
    this.tick();
    this.timer = setInterval(() => this.tick(), 1000);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  tick() {
    const seconds = Math.max(0, Math.floor(second(this.dataset.since)));
    const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, String(seconds % 60).padStart(2, "0")];
    this.textContent = h ? `${h}:${String(m).padStart(2, "0")}:${s}` : `${m}:${s}`;
  }
});

// Asks for the next picture once the last is there; the newest stays while the wall is written anew. Where there is none,
// nothing is shown: an old face is not who is inside.
const newest = new Map();
const NEXT_MS = 600;
let asked = 0;

customElements.define("sk-sight", class extends HTMLElement {
  connectedCallback() {
    this.show(newest.get(this.dataset.of));
    this.look();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  show(image) {
    this.querySelector("img")?.remove();
    if (image) this.prepend(image);
  }

  look() {
    const image = Object.assign(new Image(), { alt: this.dataset.alt });
    image.addEventListener("load", () => this.came(image));
    image.addEventListener("error", () => this.came(null));
    image.src = `/monitor/${this.dataset.of}?n=${++asked}`;
  }

  came(image) {
    if (!this.isConnected) return;
    if (image) newest.set(this.dataset.of, image);
    else newest.delete(this.dataset.of);
    this.show(image);
    this.timer = setTimeout(() => this.look(), NEXT_MS);
  }
});

// --- the chosen gate ------------------------------------------------------------------------------------------------

function mark() {
  for (const tile of tiles()) tile.classList.toggle("sel", tile.dataset.gate === chosen.value);
}

function choose(name) {
  if (![...chosen.options].some((option) => option.value === name)) return;
  chosen.value = name;
  silence();
  mark();
}

chosen.addEventListener("change", mark);
live.addEventListener("click", (event) => {
  const tile = event.target.closest("[data-gate]");
  if (tile) choose(tile.dataset.gate);
});
new MutationObserver(mark).observe(live, { childList: true });

// --- orders ---------------------------------------------------------------------------------------------------------

async function send(address, fields) {
  const answer = await post(address, new URLSearchParams({ form_token: token(), ...fields }));
  if (answer.ok) silence();
  return answer.ok;
}

const give = (button) =>
  send(button.getAttribute("formaction"), { gate: chosen.value, ...(button.name ? { [button.name]: button.value } : {}) });

function openLocking() {
  silence();
  locking.querySelector("[name=gate]").value = chosen.value;
  locking.querySelector("[data-gate-number]").textContent = chosen.selectedOptions[0]?.textContent ?? "";
  locking.showModal();
}

acts.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.submitter && !event.submitter.dataset.hold) give(event.submitter);
});
acts.querySelector("[data-dialog]").addEventListener("click", openLocking);
locking.querySelector("[data-close]").addEventListener("click", () => locking.close());

// Closed at once: a key pressed next is for the wall, however slow the answer.
locking.querySelector("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const fields = Object.fromEntries(new FormData(event.target));
  locking.close();
  send("/monitor/lock", fields);
});

// --- what must be held ----------------------------------------------------------------------------------------------

let holding = null;

function hold(button) {
  if (holding) return;
  button.classList.add("held");
  holding = setTimeout(() => {
    release();
    give(button);
  }, Number(button.dataset.hold));
}

function release() {
  clearTimeout(holding);
  holding = null;
  for (const button of acts.querySelectorAll(".held")) button.classList.remove("held");
}

for (const button of acts.querySelectorAll("[data-hold]")) {
  button.addEventListener("pointerdown", () => hold(button));
  for (const end of ["pointerup", "pointerleave", "blur"]) button.addEventListener(end, release);
  button.addEventListener("keydown", (event) => ["Enter", " "].includes(event.key) && hold(button));
}
document.addEventListener("keyup", release);

// --- presence -------------------------------------------------------------------------------------------------------

function count() {
  const watching = live.querySelector(".watching");
  const [confirmed, since] = [watching.dataset.confirmed, watching.dataset.since];
  presence.hidden = !confirmed;
  if (!confirmed) return;
  const { confirm, lapse, rotation, due, over, gone, relief, relieve } = presence.dataset;
  const passed = second(confirmed);
  const [left, last] = [Math.ceil(confirm - passed), Math.ceil(lapse - passed)];
  const words = left > 0 ? due.replace("%s", left) : last > 0 ? over.replace("%s", last) : gone;
  presence.classList.toggle("over", left <= 0);
  document.getElementById("due").textContent = words;
  presence.querySelector(".level").setAttribute("stroke-dasharray", `${Math.max(0, Math.min(100, (100 * left) / confirm))} 100`);
  const minutes = Math.ceil(rotation - second(since) / 60);
  document.getElementById("relief").textContent = minutes > 0 ? relief.replace("%s", minutes) : relieve;
}

presence.addEventListener("submit", (event) => {
  event.preventDefault();
  send("/monitor/here", {});
});
setInterval(count, 500);

async function seen() {
  const first = live.querySelector(".alerts [data-unseen=yes]");
  if (first) await send("/monitor/seen", { gate: first.dataset.gate });
}

// --- keys -----------------------------------------------------------------------------------------------------------

const typing = (element) => element.matches?.("input, textarea, select");

document.addEventListener("keydown", (event) => {
  if (isLocked() || event.ctrlKey || event.altKey || event.metaKey || locking.open) return;
  const key = event.key.toLowerCase();
  if (typing(event.target) && key !== " ") return;
  const button = acts.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (/^[0-9]$/.test(key)) choose(tiles()[(Number(key) + 9) % 10]?.dataset.gate);
  else if (key === " " && event.target.matches?.("button")) return;
  else if (key === " " && !presence.hidden) presence.requestSubmit();
  else if (key === "a") seen();
  else if (key === "w") document.getElementById("watch")?.click();
  else if (!button || event.repeat) return;
  else if (button.dataset.hold) hold(button);
  else button.click();
  event.preventDefault();
});

keepLive(live);
mark();
count();
