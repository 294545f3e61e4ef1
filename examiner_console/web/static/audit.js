// While the whole record is being verified, the page asks what was found; nothing typed above is touched.

import { awaitLastLine } from "./scan.js";

const EVERY_MS = 2000;

async function again() {
  const whole = document.getElementById("whole");
  if (!("running" in whole.dataset)) return;
  const answer = await fetch("/audit").catch(() => null);
  if (answer?.ok && !answer.redirected) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("whole");
    if (fresh && !("running" in fresh.dataset)) whole.replaceWith(document.adoptNode(fresh));
  }
  setTimeout(again, EVERY_MS);
}

awaitLastLine(document.getElementById("number"));

setTimeout(again, EVERY_MS);
