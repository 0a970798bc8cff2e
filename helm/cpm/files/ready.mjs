// Asks every URL of CPM_READY_URLS once; ends with 1 when one of them is not ready, and says why.
const urls = (process.env.CPM_READY_URLS ?? '').split(' ').filter(Boolean);
const answers = await Promise.all(urls.map(async (url) => {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    return { url, ok: answer.ok, text: `${answer.status} ${(await answer.text()).slice(0, 500)}` };
  } catch (error) {
    return { url, ok: false, text: `does not answer: ${error.cause?.message ?? error.message}` };
  }
}));
for (const { url, ok, text } of answers) console.log(`${ok ? 'ready    ' : 'NOT READY'} ${url} ${text}`);
const failed = answers.filter(({ ok }) => !ok).length;
console.log(`${answers.length - failed} ready, ${failed} not ready`);
process.exitCode = failed > 0 || answers.length === 0 ? 1 : 0;
