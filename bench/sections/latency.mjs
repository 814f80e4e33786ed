/** Latency of the cached forecast at half of what the gateway can do, when requests arrive evenly and when at random. */
import { startServer } from '../support/child-server.mjs';
import { CONNECTIONS, load } from '../support/load.mjs';
import { say } from '../support/scratch.mjs';
import { median } from '../support/statistics.mjs';
import { FORECAST_PATH, prepareReplay, replyOf, startSystem } from '../support/system.mjs';

export async function run({ quick }) {
  const system = await startSystem(prepareReplay(), { speed: 1 });
  const { url, headers, runFile } = system;
  const gateway = { url, headers, path: FORECAST_PATH, pid: runFile().pids.gateway };
  const constant = { path: FORECAST_PATH.split('?')[0], ...(await replyOf(system, FORECAST_PATH)) };
  const bare = { ...gateway, ...(await startServer('constant.mjs', constant)) };
  const seconds = quick ? 2 : 4;
  const perSecond = Math.round((await saturation(gateway, seconds)) / 2);
  await load(bare, { kind: 'closed', seconds: 1 }); // the compiler's turn
  const rounds = [];
  for (let round = 1; round <= (quick ? 2 : 5); round++) {
    const even = await load(gateway, { kind: 'even', perSecond, seconds });
    const poisson = await load(gateway, { kind: 'poisson', perSecond, seconds, seed: round });
    const least = await load(bare, { kind: 'poisson', perSecond, seconds, seed: round });
    rounds.push({ even, poisson, least });
    const p99s = [even, poisson, least].map(({ p99Ms }) => p99Ms.toFixed(2));
    say(`p99: even ${p99s[0]} ms, Poisson ${p99s[1]} ms, bare server ${p99s[2]} ms`);
  }
  return rowsOf(rounds, perSecond);
}

async function saturation(target, seconds) {
  await load(target, { kind: 'closed', seconds: 1 });
  const { perSecond } = await load(target, { kind: 'closed', seconds });
  say(`saturated at ${Math.round(perSecond)}/s`);
  return perSecond;
}

function rowsOf(rounds, perSecond) {
  const of = (kind, figure) => median(rounds.map((round) => round[kind][figure]));
  const late = of('poisson', 'sentLateP99Ms').toFixed(2);
  const beside = (figure) => ({
    value: of('poisson', figure),
    unit: 'ms',
    baseline: of('least', figure),
    ratio: median(rounds.map(({ poisson, least }) => poisson[figure] / least[figure])),
  });
  return [
    {
      what: 'latency at half load, p50',
      ...beside('p50Ms'),
      bar: { of: 'value', max: 3 },
      note: `${perSecond.toLocaleString('en')} requests/s (half of what ${CONNECTIONS} connections that never pause get), Poisson arrivals; counted from the instant at which a request was due; median of ${rounds.length} rounds; beside a bare Fastify route at the same rate, which shows how much of it is the machine's. 99 % of the requests left at most ${late} ms late, which is in the figure.`,
    },
    { what: 'latency at half load, p99', ...beside('p99Ms'), bar: { of: 'value', max: 15 } },
    {
      what: 'p99 under Poisson arrivals, beside even ones',
      value: of('poisson', 'p99Ms'),
      unit: 'ms',
      baseline: of('even', 'p99Ms'),
      ratio: median(rounds.map(({ even, poisson }) => poisson.p99Ms / even.p99Ms)),
      bar: { of: 'ratio', max: 1.5 },
      note: 'median of the ratios of the rounds.',
    },
  ];
}
