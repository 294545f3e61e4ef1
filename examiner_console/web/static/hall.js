/* The public display keeps itself fresh. A screen whose console has gone silent must not go on showing old minutes:
   after three refreshes without an answer it says that the wait is not known, and goes on asking. */
'use strict';
const every = Number(document.body.dataset.refresh) * 1000;
let answered = performance.now();

async function refresh() {
  try {
    const answer = await fetch('/waiting', {cache: 'no-store', signal: AbortSignal.timeout(every / 2)});
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const fresh = page.getElementById('hall');
    if (!fresh) throw new Error('another page');
    document.getElementById('hall').replaceWith(document.adoptNode(fresh));
    answered = performance.now();
  } catch {
    // said below, once it has lasted
  }
  const silent = performance.now() - answered > 3 * every;
  document.getElementById('hall').hidden = silent;
  document.getElementById('silent').hidden = !silent;
  setTimeout(refresh, every);
}
setTimeout(refresh, every);
