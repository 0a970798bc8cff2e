// Asks every URL of CPM_READY_URLS; ends with 1 when one of them is not ready, and says why.
import { setTimeout as pause } from 'node:timers/promises';

// Network policies reach the nodes some seconds after a pod: until then nobody knows this one.
const patienceMs = Number(process.env.CPM_READY_PATIENCE_MS ?? 30_000);
const urls = (process.env.CPM_READY_URLS ?? '').split(' ').filter(Boolean);

async function ask(url) {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    return { url, ok: answer.ok, text: `${answer.status} ${(await answer.text()).slice(0, 500)}` };
  } catch (error) {
    return { url, ok: false, text: `does not answer: ${error.cause?.message ?? error.message}` };
  }
}

async function askPatiently(url) {
  for (const deadline = performance.now() + patienceMs; ; ) {
    const answer = await ask(url);
    if (answer.ok || performance.now() > deadline) return answer;
    await pause(1_000);
  }
}

const answers = await Promise.all(urls.map(askPatiently));
for (const { url, ok, text } of answers) console.log(`${ok ? 'ready    ' : 'NOT READY'} ${url} ${text}`);
const failed = answers.filter(({ ok }) => !ok).length;
console.log(`${answers.length - failed} ready, ${failed} not ready`);
process.exitCode = failed > 0 || answers.length === 0 ? 1 : 0;
