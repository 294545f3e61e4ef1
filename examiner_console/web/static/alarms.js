// Silent alarms by server-sent events, on every page of who answers them: a banner while one is unanswered, and the list
// where the page has one. A console that is silent is said to be: no alarm heard is not the same as none raised.

const QUIET_MS = 12000; // the console sends a sign of life every 5 s
const AGAIN_MS = 2000;

const banner = document.getElementById("alarm-banner");
const away = document.getElementById("alarm-away");
const list = document.getElementById("alarms");
let source;
let watchdog;

function heard() {
  away.hidden = true;
  clearTimeout(watchdog);
  watchdog = setTimeout(() => (away.hidden = false), QUIET_MS);
}

function show({ unanswered, listed }) {
  banner.hidden = unanswered === 0;
  banner.querySelector("b").textContent = String(unanswered);
  if (!list) return;
  const focused = list.contains(document.activeElement) ? document.activeElement.getAttribute("formaction") : null;
  list.innerHTML = listed;
  if (focused) list.querySelector(`[formaction="${focused}"]`)?.focus();
}

function listen() {
  source?.close();
  source = new EventSource("/alarms/stream");
  source.addEventListener("alarms", (event) => {
    heard();
    show(JSON.parse(event.data));
  });
  source.addEventListener("here", heard);
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, AGAIN_MS);
  });
}

watchdog = setTimeout(() => (away.hidden = false), QUIET_MS);
listen();
