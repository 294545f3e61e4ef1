// The queue by server-sent events. The whole list comes on every connection, so after a cut it is simply right again.

import { japanTime, now } from "./clock.js";
import { say, silence } from "./answers.js";

const QUIET_MS = 12000; // the console sends a sign of life every 5 s
const AGAIN_MS = 2000;

const list = document.getElementById("queue");
const notice = document.getElementById("notice");
let latest = now();
let away = false;
let watchdog;

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

const address = (item) => item.getAttribute("formaction") ?? item.getAttribute("href");

function listen() {
  const source = new EventSource("/queue/stream");
  source.addEventListener("queue", (event) => {
    heard();
    show(event.data);
  });
  source.addEventListener("here", heard);
  source.addEventListener("ended", () => {
    source.close();
    clearTimeout(watchdog);
    say(notice.dataset.ended, { logIn: true });
  });
  source.addEventListener("error", () => {
    lost();
    if (source.readyState === EventSource.CLOSED) setTimeout(reconnect, AGAIN_MS);
  });
}

// The browser gives up on an answer that is no stream: the session may have ended, or a proxy speaks for the console.
async function reconnect() {
  const answer = await fetch("/session", { headers: { Accept: "application/json" } }).catch(() => null);
  if (answer?.status === 401) say(notice.dataset.ended, { logIn: true });
  else listen();
}

// A scanner types the lines of the zone with Enter after each: the first Enter does not search yet.
const FIRST_LINES = [/^P[A-Z<][A-Z0-9<]{42}$/, /^[ACIV][A-Z0-9<]{29}$/, /^[ACIV][A-Z0-9<]{59}$/, /^[ACIPV][A-Z0-9<]{35}$/];

document.getElementById("passport")?.addEventListener("keydown", (event) => {
  const scanned = event.target.value.trim().toUpperCase();
  if (event.key === "Enter" && FIRST_LINES.some((line) => line.test(scanned))) event.preventDefault();
});

document.addEventListener("refused", () => document.getElementById("passport")?.select());

listen();
