// The board is rendered by the hall; this keeps it current, and says so when it cannot.
const board = document.getElementById("board");
const link = document.getElementById("link");
const events = new EventSource("/board");
events.addEventListener("board", (event) => {
  board.innerHTML = event.data;
  link.textContent = "";
});
events.addEventListener("error", () => {
  link.textContent = "The hall does not answer; this table is not current.";
});

// Sending a traveller should not move the page.
document.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = new URLSearchParams({ scenario: event.submitter.value });
  try {
    const answer = await fetch("/travellers", { method: "POST", body, redirect: "manual" });
    link.textContent = answer.type === "opaqueredirect" || answer.ok ? "" : await answer.text();
  } catch {
    link.textContent = "The hall does not answer; nobody was sent.";
  }
});
