// Asks the browser for a security key (WebAuthn): for every form with `data-key`, the address of its challenge.

const JSON_PLEASE = { Accept: "application/json" };

export class Refused extends Error {}

async function post(address, fields) {
  const answer = await fetch(address, { method: "POST", body: new URLSearchParams(fields), headers: JSON_PLEASE });
  const said = await answer.json();
  if (!answer.ok) throw new Refused(said.sentence);
  return said;
}

// Returns what the console said at last. `fields` has the form's token.
export async function withKey(challenge, address, fields) {
  const { kind, publicKey } = await post(challenge, fields);
  const answer =
    kind === "log_in"
      ? await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) })
      : await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) });
  const { password, ...rest } = Object.fromEntries(fields);
  return post(address, { ...rest, answer: JSON.stringify(answer.toJSON()) });
}

export function sentenceOf(error, sentences) {
  if (error instanceof Refused) return error.message;
  if (error.name === "NotAllowedError" || error.name === "AbortError") return sentences.cancelled;
  if (error.name === "InvalidStateError") return sentences.known;
  if (error instanceof TypeError && "PublicKeyCredential" in window) return sentences.away;
  return sentences.unable;
}

for (const form of document.querySelectorAll("form[data-key]")) {
  const notice = form.querySelector("[role=alert]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    notice.hidden = true;
    try {
      const { next } = await withKey(form.dataset.key, form.getAttribute("action"), new FormData(form));
      location.assign(next);
    } catch (error) {
      notice.textContent = sentenceOf(error, notice.dataset);
      notice.hidden = false;
      button.disabled = false;
      button.focus();
    }
  });
}
