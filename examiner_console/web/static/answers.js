// Sends forms and shows what came of it in one sentence. A page is only left when the console says where to go,
// so nothing typed or chosen is lost when it refuses or does not answer. A session that has ended locks the page.

import { lockNow } from "./lock.js";

const notice = () => document.querySelector("dialog[open] .notice") ?? document.getElementById("notice");

export function say(sentence) {
  const line = notice();
  line.replaceChildren(Object.assign(document.createElement("span"), { textContent: sentence }));
  line.classList.add("warn");
  line.hidden = false;
}

export function silence() {
  for (const line of document.querySelectorAll(".notice")) {
    line.hidden = true;
    line.classList.remove("warn");
  }
}

async function freshToken() {
  const answer = await fetch("/session", { headers: { Accept: "application/json" } });
  return answer.ok ? (await answer.json()).form_token : null;
}

async function attempt(address, fields) {
  const answer = await fetch(address, { method: "POST", body: fields, headers: { Accept: "application/json" } });
  return { ok: answer.ok, ...(await answer.json()) };
}

// After a new log-in in another window the token of this page is an old one: it is asked for anew, once.
export async function post(address, fields) {
  try {
    let answer = await attempt(address, fields);
    if (answer.code === "forged_form") {
      const token = await freshToken();
      if (token) {
        fields.set("form_token", token);
        answer = await attempt(address, fields);
      }
    }
    if (answer.code === "not_logged_in") lockNow();
    else if (!answer.ok) say(answer.sentence);
    return answer;
  } catch {
    say(document.getElementById("notice").dataset.away.replace("%s", ""));
    return { ok: false };
  }
}

let sending = false;

async function submitted(event) {
  const form = event.target;
  if (!form.matches("[data-short-answer]")) return;
  event.preventDefault();
  if (sending) return;
  sending = true;
  const answer = await post(event.submitter?.getAttribute("formaction") ?? form.action, new URLSearchParams(new FormData(form)));
  sending = false;
  if (answer.ok) location.assign(answer.next);
  else form.dispatchEvent(new CustomEvent("refused", { bubbles: true }));
}

document.addEventListener("submit", submitted);
