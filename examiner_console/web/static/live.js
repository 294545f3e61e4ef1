// A list that is kept live by server-sent events: the whole of it comes on every connection, so after a cut it is simply
// right again; `changes` says what else may come, by name, and what it makes of the list.

import { japanTime, now } from "./clock.js";
import { say, silence } from "./answers.js";
import { lockNow } from "./lock.js";

const QUIET_MS = 12000; // the console sends a sign of life every 5 s
const AGAIN_MS = 2000;

const address = (item) => item.getAttribute("formaction") ?? item.getAttribute("href");

export function keepLive(list, changes = {}) {
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

  // What is in focus keeps it when the list is written anew.
  function show(fragment) {
    const focused = list.contains(document.activeElement) ? address(document.activeElement) : null;
    list.innerHTML = fragment;
    if (focused) [...list.querySelectorAll("a, button")].find((item) => address(item) === focused)?.focus();
  }

  // A stream of the session before would still say that it has ended: only the newest is heard.
  function listen() {
    source?.close();
    source = new EventSource(list.dataset.stream);
    source.addEventListener(list.dataset.event, (event) => {
      heard();
      show(event.data);
    });
    for (const [name, change] of Object.entries(changes)) {
      source.addEventListener(name, (event) => {
        heard();
        change(event.data);
      });
    }
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

  document.addEventListener("unlocked", listen);
  listen();
}
