/** What a section has started is stopped when it ends, however it ends: nothing may stay behind. */
const started = [];

/** Registers how to stop something; the newest is stopped first. */
export function onCleanUp(stop) {
  started.push(stop);
}

export async function cleanUp() {
  for (let stop = started.pop(); stop; stop = started.pop()) {
    try {
      await stop();
    } catch (error) {
      process.stderr.write(`bench: cleaning up: ${error.message}\n`);
    }
  }
}

export function cleanUpOnSignals() {
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    void cleanUp().then(() => process.exit(130));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect']) process.on(signal, stop);
  process.channel?.unref();
}
