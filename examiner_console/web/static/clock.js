// Elements that count by the console's clock, in Japan time: <sk-clock>, <sk-age data-since>, <sk-budget data-since>.

const offset = Date.parse(document.body.dataset.now) - Date.now();
const words = document.documentElement.lang === "ja" ? { h: "時間", m: "分", s: "秒" } : { h: "h", m: "min", s: "s" };
const japan = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Tokyo", timeStyle: "medium" });

export const now = () => new Date(Date.now() + offset);
export const japanTime = (at) => japan.format(at);

const secondsSince = (element) => Math.max(0, Math.floor((now() - Date.parse(element.dataset.since)) / 1000));

function duration(seconds) {
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (h) return `${h} ${words.h} ${m} ${words.m}`;
  return m ? `${m} ${words.m} ${s} ${words.s}` : `${s} ${words.s}`;
}

class Ticking extends HTMLElement {
  connectedCallback() {
    this.tick();
    this.timer = setInterval(() => this.tick(), 1000);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }
}

customElements.define("sk-clock", class extends Ticking {
  tick() {
    this.textContent = `${japanTime(now())} JST`;
  }
});

customElements.define("sk-age", class extends Ticking {
  tick() {
    this.textContent = duration(secondsSince(this));
  }
});

customElements.define("sk-budget", class extends Ticking {
  tick() {
    const [spent, planned] = [secondsSince(this), Number(this.dataset.seconds)];
    this.querySelector(".level").setAttribute("width", String(144 * Math.min(1, spent / planned)));
    this.querySelector(".text").textContent = (spent > planned ? this.dataset.over : this.dataset.text).replace("%s", spent);
    this.classList.toggle("over", spent > planned);
  }
});
