// The booth by keyboard: numbers mark findings as seen, F1 arms and Enter decides, F2 and F3 open their panels.
// Esc closes or disarms, and never destroys.

import "./clock.js";
import { post, silence } from "./answers.js";
import { isLocked } from "./lock.js";

const booth = document.querySelector(".booth");
const token = () => document.body.dataset.formToken;

// --- findings -------------------------------------------------------------------------------------------------------

async function see(row) {
  const fields = new URLSearchParams({ form_token: token(), finding: row.dataset.finding });
  const answer = await post(`${booth.dataset.case}/seen`, fields);
  if (!answer.ok) return;
  silence();
  row.classList.add("seen");
  row.querySelector("button").setAttribute("aria-pressed", "true");
  row.querySelector("button").focus();
  document.getElementById("left").textContent = answer.left;
  ready(answer.unseen);
}

function ready(unseen) {
  const key = document.querySelector("[data-arm] button");
  if (!key) return;
  key.classList.toggle("pend", unseen.length > 0);
  key.classList.toggle("main", unseen.length === 0);
  const line = key.querySelector("small");
  line.textContent = unseen.length ? line.dataset.first.replace("%s", unseen.join(", ")) : line.dataset.ready;
}

for (const row of document.querySelectorAll("[data-finding]")) {
  row.querySelector("button")?.addEventListener("click", () => see(row));
}

// --- F1 arms, Enter decides -----------------------------------------------------------------------------------------

const armed = () => document.querySelector("[data-arm] .armed");

function arm(key) {
  key.focus();
  key.classList.add("armed");
  key.querySelector("small").textContent = key.querySelector("small").dataset.armed;
}

function disarm() {
  const key = armed();
  if (!key) return;
  key.classList.remove("armed");
  key.querySelector("small").textContent = key.querySelector("small").dataset.ready;
}

for (const form of document.querySelectorAll("[data-arm]")) {
  const key = form.querySelector("button");
  key.addEventListener("click", (event) => {
    if (key.classList.contains("armed") || key.classList.contains("pend")) return;
    event.preventDefault();
    arm(key);
  });
  key.addEventListener("blur", disarm);
  form.addEventListener("refused", disarm);
}

// --- panels ---------------------------------------------------------------------------------------------------------

function open(panel) {
  silence();
  panel.showModal();
  for (const choice of panel.querySelectorAll("option:checked")) choice.scrollIntoView({ block: "center" });
  panel.querySelector("select, textarea")?.focus();
}

for (const button of document.querySelectorAll("[data-dialog]")) {
  button.addEventListener("click", () => open(document.getElementById(button.dataset.dialog)));
}
for (const button of document.querySelectorAll("[data-close]")) {
  button.addEventListener("click", () => button.closest("dialog").close());
}

const status = document.getElementById("status");
const limits = document.getElementById("limits");

function showLimits() {
  limits.textContent = limits.dataset.text.replace("%s", status.selectedOptions[0]?.dataset.limits ?? "");
}

if (status) {
  status.addEventListener("change", showLimits);
  document.getElementById("days").addEventListener("input", () => {
    document.getElementById("period").value = "days";
  });
  showLimits();
}

// --- pictures -------------------------------------------------------------------------------------------------------

const enlarged = document.getElementById("enlarged");

function enlarge(event) {
  const button = event.target.closest("[data-enlarge]");
  if (!button) return;
  enlarged.querySelector("img")?.remove();
  const picture = button.querySelector("img").cloneNode();
  picture.removeAttribute("class");
  enlarged.prepend(picture);
  enlarged.showModal();
}

// Pictures follow the referral a moment later: what is missing is asked for again for half a minute, and the page is read
// again, which the record keeps, only once there is more to see.
const AGAIN_MS = 2000;
let tries = 15;

async function awaitPictures() {
  if (!document.querySelector("[data-awaited]") || tries-- === 0) return;
  const answer = await fetch(`${booth.dataset.case}/pictures`).catch(() => null);
  const shown = document.querySelectorAll("#faces img").length;
  if (answer?.ok && !answer.redirected && (await answer.json()).pictures > shown) await showPictures();
  setTimeout(awaitPictures, AGAIN_MS);
}

async function showPictures() {
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.getElementById("faces").replaceWith(page.getElementById("faces"));
}

document.addEventListener("click", enlarge);
if (booth.dataset.held === "yes") setTimeout(awaitPictures, AGAIN_MS);

// --- keys -----------------------------------------------------------------------------------------------------------

const typing = (target) => target.matches("input, textarea, select");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || isLocked()) return;
  if (/^F\d+$/.test(event.key)) {
    const key = document.querySelector(`[data-key="${event.key}"]`);
    if (!key) return;
    event.preventDefault();
    if (document.querySelector("dialog[open]") || event.repeat || key.classList.contains("armed")) return;
    key.click();
  } else if (/^[1-9]$/.test(event.key) && !typing(event.target)) {
    const row = document.querySelector(`[data-number="${event.key}"]`);
    if (row && booth.dataset.held === "yes") see(row);
  } else if (event.key === "Escape") {
    disarm();
    silence();
  }
});

booth.dataset.keys = "ready";
