// Locks the page once its session has ended: hides what it shows, keeps what is typed, and goes on after a new log-in
// of the same officer. The console says whether the session stands; a console that is away locks nothing.

import "./clock.js";
import { sentenceOf, withKey } from "./keys.js";

const EVERY_MS = 5000;
const JSON_PLEASE = { Accept: "application/json" };

const page = document.documentElement;
const lock = document.getElementById("lock");
const form = lock.querySelector("form");
const notice = document.getElementById("lock-notice");

export const isLocked = () => "locked" in page.dataset;

export function lockNow() {
  if (isLocked()) return;
  page.dataset.locked = "";
  lock.showModal();
  document.getElementById("lock-password").focus();
}

// The browser may close a dialog that is told not to: it opens again, and what is behind it stays hidden all the while.
lock.addEventListener("cancel", (event) => event.preventDefault());
lock.addEventListener("close", () => isLocked() && lock.showModal());

function say(sentence) {
  notice.textContent = sentence;
  notice.hidden = !sentence;
}

// Who has broken the glass is said on every page, until it ends.
function tell(broken) {
  const line = document.getElementById("broken");
  const said = broken.map(({ who, why, until }) => {
    const filled = line.dataset.says.replace("%who", () => who).replace("%until", () => until);
    return filled.replace("%why", () => why);
  });
  line.hidden = said.length === 0;
  if (line.textContent !== said.join(" · ")) line.textContent = said.join(" · ");
}

function goOn({ officer, form_token: token, broken }) {
  tell(broken);
  if (officer !== lock.dataset.officer) {
    location.assign("/");
    return;
  }
  document.body.dataset.formToken = token;
  for (const field of document.querySelectorAll("[name=form_token]")) field.value = token;
  if (!isLocked()) return;
  delete page.dataset.locked;
  form.reset();
  say("");
  lock.close();
  document.dispatchEvent(new CustomEvent("unlocked"));
}

async function look() {
  const answer = await fetch("/session", { headers: JSON_PLEASE }).catch(() => null);
  if (answer?.status === 401) lockNow();
  else if (answer?.ok) goOn(await answer.json());
}

async function keepLooking() {
  await look();
  setTimeout(keepLooking, EVERY_MS);
}

// The log-in page gives the token of its form, and with it the cookie this form is bound to.
async function logIn() {
  const given = new DOMParser().parseFromString(await (await fetch("/login")).text(), "text/html");
  const fields = new URLSearchParams(new FormData(form));
  fields.set("form_token", given.body.dataset.formToken);
  const answer = await fetch("/login", { method: "POST", body: fields, headers: JSON_PLEASE });
  if (answer.ok) {
    const { next } = await answer.json();
    if (next.startsWith("/login/key")) {
      const token = new URLSearchParams({ form_token: fields.get("form_token") });
      await withKey("/login/key/challenge", "/login/key", token);
    }
    await look();
  } else {
    say((await answer.json()).sentence);
    document.getElementById("lock-password").select();
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  await logIn().catch((error) => say(sentenceOf(error, lock.dataset)));
  button.disabled = false;
});

look();
window.addEventListener("focus", look);
window.addEventListener("pageshow", (event) => event.persisted && look());
setTimeout(keepLooking, EVERY_MS);
