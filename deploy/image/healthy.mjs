// The image's HEALTHCHECK, for a base without a shell: asks the process itself whether it is ready. HEALTH_PORT for one that answers elsewhere.
const port = process.env.HEALTH_PORT || process.env.HTTP_PORT || 8080;
const path = process.env.HEALTH_PATH || '/health/ready';
const answer = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(3_000) }).catch((error) => error);
if (!answer.ok) {
  console.error(answer instanceof Error ? answer.message : await answer.text());
  process.exit(1);
}
