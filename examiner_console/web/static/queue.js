// The queue by server-sent events. The whole list comes on every connection, so after a cut it is simply right again;
// then only what changes.

import { japanTime, now } from "./clock.js";
import { say, silence } from "./answers.js";
import { lockNow } from "./lock.js";
import { awaitLastLine } from "./scan.js";

const QUIET_MS = 12000; // the console sends a sign of life every 5 s
const AGAIN_MS = 2000;

const list = document.getElementById("queue");
const notice = document.getElementById("notice");
let latest = now();
let away = false;
let watchdog;
let source;

function heard() {
  latest = now();
  clearTimeout(watchdog);
  watchdog = setTimeout(lost, QUIET_MS);
  if (away) silence();
  away = false;
}

function lost() {
  away = true;
  say(notice.dataset.away.replace("%s", japanTime(latest)));
}

// A row in focus keeps it when the list is written anew.
function show(fragment) {
  const focused = list.contains(document.activeElement) ? address(document.activeElement) : null;
  list.innerHTML = fragment;
  if (focused) [...list.querySelectorAll("a, button")].find((item) => address(item) === focused)?.focus();
}

// Rows that are gone, and rows that are new or other, each below the case that stands above it.
function amend({ gone, rows, caption }) {
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

const address = (item) => item.getAttribute("formaction") ?? item.getAttribute("href");

// A stream of the session before would still say that it has ended: only the newest is heard.
function listen() {
  source?.close();
  source = new EventSource("/queue/stream");
  source.addEventListener("queue", (event) => {
    heard();
    show(event.data);
  });
  source.addEventListener("rows", (event) => {
    heard();
    amend(JSON.parse(event.data));
  });
  source.addEventListener("here", heard);
  source.addEventListener("ended", () => {
    source.close();
    clearTimeout(watchdog);
    lockNow();
  });
  source.addEventListener("error", () => {
    lost();
    if (source.readyState === EventSource.CLOSED) setTimeout(reconnect, AGAIN_MS);
  });
}

// The browser gives up on an answer that is no stream: the session may have ended, or a proxy speaks for the console.
async function reconnect() {
  const answer = await fetch("/session", { headers: { Accept: "application/json" } }).catch(() => null);
  if (answer?.status === 401) lockNow();
  else listen();
}

awaitLastLine(document.getElementById("passport"));

document.addEventListener("refused", () => document.getElementById("passport")?.select());
document.addEventListener("unlocked", listen);

listen();
