/** Steps on the terminal: what runs, for how long, how it went. Plain lines where there is no terminal. */
const HEARTBEAT_MS = process.stderr.isTTY ? 1_000 : 10_000;

/** Announces a step and returns the function that ends it. */
export function step(what) {
  const start = performance.now();
  const { isTTY } = process.stderr;
  process.stderr.write(isTTY ? `… ${what}` : `… ${what}\n`);
  const beat = setInterval(() => {
    process.stderr.write(isTTY ? `\r… ${what} ${duration(start)}` : `… still ${what}: ${duration(start)}\n`);
  }, HEARTBEAT_MS);
  return (ok = true, note = '') => {
    clearInterval(beat);
    const line = `${ok ? '✓' : '✗'} ${what} (${duration(start)})${note}`;
    process.stderr.write(isTTY ? `\r\u001b[K${line}\n` : `${line}\n`);
  };
}

export function duration(start) {
  const seconds = (performance.now() - start) / 1_000;
  return seconds < 10 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds)} s`;
}
