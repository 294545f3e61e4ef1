// Silent alarms by server-sent events, on every page of who answers them: a banner while one is unanswered, and the list
// where the page has one.

const banner = document.getElementById("alarm-banner");
const list = document.getElementById("alarms");
let source;

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
  source.addEventListener("alarms", (event) => show(JSON.parse(event.data)));
}

document.addEventListener("unlocked", listen);
listen();
