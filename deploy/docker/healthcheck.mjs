/** HEALTHCHECK of every service: whether it lives. Whether it is ready is asked by those who send it work. */
const port = process.env.INTERNAL_PORT ?? '9464';
try {
  const reply = await fetch(`http://127.0.0.1:${port}/health/live`, { signal: AbortSignal.timeout(2_500) });
  process.exitCode = reply.ok ? 0 : 1;
} catch (error) {
  process.stderr.write(`no answer at port ${port}: ${error.message}\n`);
  process.exitCode = 1;
}
