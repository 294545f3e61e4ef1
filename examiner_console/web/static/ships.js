// The count at the gangway, live by server-sent events, and scans that are answered in one sentence.

import { post, say, silence } from "./answers.js";
import { lockNow } from "./lock.js";
import { awaitLastLine } from "./scan.js";

const QUIET_MS = 12000; // the console sends a sign of life every 5 s
const AGAIN_MS = 2000;

const tally = document.getElementById("tally");
const scan = document.getElementById("scan");
let asking = "reload" in tally.dataset;
let watchdog;
let source;

// Once the registries have been asked, the whole page is another one.
function show(fragment) {
  tally.innerHTML = fragment;
  const asks = Boolean(tally.querySelector("[data-screening]"));
  if (asking && !asks && !scan) location.reload();
  asking = asks;
}

function heard() {
  clearTimeout(watchdog);
  tally.classList.remove("old");
  watchdog = setTimeout(() => tally.classList.add("old"), QUIET_MS);
}

function listen() {
  source?.close();
  source = new EventSource(tally.dataset.stream);
  source.addEventListener("tally", (event) => {
    heard();
    show(event.data);
  });
  source.addEventListener("here", heard);
  source.addEventListener("ended", () => {
    source.close();
    clearTimeout(watchdog);
    lockNow();
  });
  source.addEventListener("error", () => {
    tally.classList.add("old");
    if (source.readyState === EventSource.CLOSED) setTimeout(reconnect, AGAIN_MS);
  });
}

// The browser gives up on an answer that is no stream: the session may have ended.
async function reconnect() {
  const answer = await fetch("/session", { headers: { Accept: "application/json" } }).catch(() => null);
  if (answer?.status === 401) lockNow();
  else listen();
}

let sending = false;

// The key of a scan stays until it is answered, so that a scan sent twice is counted once.
async function counted(event) {
  event.preventDefault();
  if (sending) return;
  sending = true;
  const answer = await post(scan.action, new URLSearchParams(new FormData(scan)));
  sending = false;
  const field = scan.elements.passport;
  if (answer.ok) {
    silence();
    say(answer.sentence);
    document.getElementById("notice").classList.toggle("warn", !answer.well);
    scan.elements.key.value = answer.key;
    field.value = "";
  }
  field.focus();
  field.select();
}

awaitLastLine(document.getElementById("passport"));
scan?.addEventListener("submit", counted);
document.addEventListener("unlocked", listen);
listen();
