// The page holds no state: it shows the fragment the server sent last, and says so when it no longer hears from it.

const SILENCE_MS = 4000; // the server beats every second
const ACTIVITY_MS = 2000; // a touch counts as activity; more often than this tells nothing new

class LiveScreen extends HTMLElement {
  connectedCallback() {
    this.away = document.getElementById("away");
    this.lastTouch = 0;
    this.listen();
    setInterval(() => this.watch(), 500);
    this.addEventListener("submit", (event) => this.touch(event));
    for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => this.active());
  }

  listen() {
    this.source?.close();
    this.heard = performance.now();
    this.source = new EventSource("/screen");
    this.source.addEventListener("beat", () => this.alive());
    this.source.addEventListener("boot", (event) => this.greet(event.data));
    this.source.addEventListener("screen", (event) => {
      this.alive();
      this.show(event.data);
      this.dataset.shown = event.lastEventId;
    });
  }

  alive() {
    this.heard = performance.now();
    this.away.hidden = true;
  }

  watch() {
    if (performance.now() - this.heard < SILENCE_MS) return;
    this.away.hidden = false;
    this.replaceChildren(); // nothing of a traveller stays under the notice
    this.listen();
  }

  greet(boot) {
    if (boot !== this.dataset.boot) location.reload();
  }

  show(html) {
    const parsed = new DOMParser().parseFromString(html, "text/html");
    const next = parsed.querySelector("main");
    const shown = this.querySelector("main");
    const held = document.activeElement?.id;
    if (shown?.dataset.layout !== next.dataset.layout || !this.merge(shown, next)) {
      this.replaceChildren(document.adoptNode(next));
    }
    if (held && document.activeElement?.id !== held) document.getElementById(held)?.focus();
    document.documentElement.lang = next.lang;
    document.documentElement.dir = next.dir;
  }

  // Replace the parts that differ, so that a mirror keeps running and a screen reader hears only what is new.
  merge(shown, next) {
    const parts = (main) => new Map([...main.querySelectorAll("[data-live]")].map((part) => [part.dataset.live, part]));
    const before = parts(shown);
    const after = parts(next);
    if ([...after.keys()].join() !== [...before.keys()].join()) return false;
    for (const [name, part] of after) {
      const old = before.get(name);
      if (old.dataset.as === "mirror" && part.dataset.as === "mirror") continue;
      if (old.outerHTML === part.outerHTML) continue;
      old.replaceChildren(...part.childNodes);
      for (const { name: attribute, value } of part.attributes) old.setAttribute(attribute, value);
    }
    for (const { name, value } of next.attributes) shown.setAttribute(name, value);
    return true;
  }

  async touch(event) {
    event.preventDefault();
    const form = event.target;
    try {
      await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form, event.submitter)) });
    } catch {
      this.away.hidden = false;
    }
  }

  active() {
    const now = performance.now();
    if (now - this.lastTouch < ACTIVITY_MS) return;
    this.lastTouch = now;
    fetch("/touch/activity", { method: "POST" }).catch(() => {});
  }
}

customElements.define("live-screen", LiveScreen);
