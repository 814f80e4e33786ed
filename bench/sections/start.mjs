/** From the command to the first forecast that a client gets. */
import { say } from '../support/scratch.mjs';
import { median } from '../support/statistics.mjs';
import { prepareReplay, startSystem } from '../support/system.mjs';

export async function run({ quick }) {
  const fresh = [];
  const again = [];
  for (let round = 0; round < (quick ? 1 : 3); round++) {
    const replay = prepareReplay();
    fresh.push(await startOnce(replay, 'new data folder'));
    again.push(await startOnce(replay, 'second start'));
  }
  return [
    {
      what: 'npm start to the first served forecast, new data folder',
      value: median(fresh),
      unit: 's',
      bar: { of: 'value', max: 15 },
      note: 'the packages are installed and built; the database is created, two years of candles are loaded from the replayed file, the first forecast is made and served.',
    },
    { what: 'the same, second start', value: median(again), unit: 's' },
  ];
}

async function startOnce(replay, what) {
  const system = await startSystem(replay, { speed: 1 });
  const seconds = system.startedMs / 1_000;
  say(`${what}: ${seconds.toFixed(1)} s`);
  await system.stop();
  return seconds;
}
