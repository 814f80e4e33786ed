/** What the gateway costs, beside the least that any server needs for the same bytes. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/ensure-installed.mjs';
import { startServer, startUvicorn } from '../support/child-server.mjs';
import { CONNECTIONS, load } from '../support/load.mjs';
import { say, scratchFolder } from '../support/scratch.mjs';
import { median } from '../support/statistics.mjs';
import { FORECAST_PATH, prepareReplay, replyOf, startSystem } from '../support/system.mjs';

const MODEL = 'har@2';
const MANY = `${CONNECTIONS} keep-alive connections, load from a process of its own, alternating rounds, median of the ratios`;

const QUOTA_TIERS = JSON.stringify({ unlimited: { burst: 1e9, daily: 1e9, concurrent: 1e6 } });

export async function run({ quick }) {
  // The market stands still for an hour; the quota is one that no load reaches, so that it is counted all the same.
  const system = await startSystem(prepareReplay(), { speed: 1, env: { QUOTA_TIERS } });
  const rounds = quick ? { count: 2, seconds: 1 } : { count: 5, seconds: 3 };
  return [
    ...(await cachedRows(system, rounds)),
    ...(await uncachedRows(system, rounds)),
    ...(await inferenceRows(system, rounds)),
  ];
}

async function cachedRows(system, rounds) {
  const { headers, body } = await replyOf(system, FORECAST_PATH);
  const gateway = targetOf(system, FORECAST_PATH);
  const bare = {
    ...gateway,
    ...(await startServer('constant.mjs', { path: FORECAST_PATH.split('?')[0], headers, body })),
  };
  const python = await pythonTarget(gateway, body);
  const results = await alternate({ gateway, bare, ...(python && { python }) }, rounds);
  const rows = [
    {
      what: 'cached forecast, beside a bare Fastify route',
      ...compared(results, 'gateway', 'bare'),
      bar: { of: 'ratio', min: 0.5 },
      note: `through key check, quota with its headers, usage, metrics, access log; the bare route sends the same bytes and headers; ${MANY}. ${costs(results, 'bare')}`,
    },
  ];
  const against = 'cached forecast, beside FastAPI + uvicorn';
  if (!python) {
    const note = 'python3 with fastapi and uvicorn is not there.';
    return [...rows, { what: against, value: null, bar: { of: 'ratio', min: 2 }, note }];
  }
  const note = `one worker sending the same body as a constant. ${costs(results, 'python')}`;
  return [
    ...rows,
    { what: against, ...compared(results, 'gateway', 'python'), bar: { of: 'ratio', min: 2 }, note },
  ];
}

async function uncachedRows(system, rounds) {
  const { databaseUrl, feed } = system.runFile();
  const { id } = JSON.parse((await replyOf(system, FORECAST_PATH)).body);
  const gateway = targetOf(system, `/v1/forecasts/by-id/${id}`);
  const bare = { ...gateway, ...(await startServer('by-id.mjs', { databaseUrl, feed })) };
  const results = await alternate({ gateway, bare }, rounds);
  return [
    {
      what: 'one forecast by id, never cached: gateway → prediction → PostgreSQL',
      ...compared(results, 'gateway', 'bare'),
      note: `beside one Fastify process that runs the same query code on the same database without key, schema checks or a second process; ${MANY}. ${costs(results, 'bare')}`,
    },
  ];
}

/** One row of the champion, asked anew each time: by POST, with a key, through two services. */
async function inferenceRows(system, rounds) {
  const path = '/v2/models/har/infer';
  const body = await questionOf(MODEL);
  const target = targetOf(system, path);
  const gateway = { ...target, body };
  const server = await startServer('inference.mjs', { folder: join(root, 'models'), reference: MODEL });
  const bare = { ...gateway, ...server };
  await requireSameAnswer(gateway, bare);
  const results = await alternate({ gateway, bare }, rounds);
  return [
    {
      what: 'uncached inference through gateway → prediction → ONNX',
      ...compared(results, 'gateway', 'bare'),
      bar: { of: 'ratio', min: 0.7 },
      note: `POST ${path} with one row of ${MODEL}, with a key, schema checks, metrics and access log; beside one process of Fastify and onnxruntime that reads the same JSON, runs the same graph and writes the same reply, with nothing else; ${MANY}. ${costs(results, 'bare')}`,
    },
  ];
}

/** A request of one golden row. */
async function questionOf(reference) {
  const { parseModelReference, readModelFiles } = await import('@btcforecast/prediction');
  const { manifest } = await readModelFiles(join(root, 'models'), parseModelReference(reference));
  const inputs = manifest.inputs.map(({ name, shape }) => ({
    name,
    shape: shape.map((size) => (size === 'N' ? 1 : size)),
    datatype: 'FP64',
    data: [manifest.golden[0].inputs[name]].flat(Infinity),
  }));
  return JSON.stringify({ id: 'bench', inputs });
}

/** Figures of servers that say different things mean nothing. */
async function requireSameAnswer(...targets) {
  const answers = [];
  for (const { url, path, headers, body } of targets) {
    const reply = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body,
    });
    const { outputs } = await reply.json();
    answers.push(JSON.stringify(outputs?.map(({ name, data }) => [name, data]) ?? reply.status));
  }
  if (new Set(answers).size > 1) throw new Error(`the servers answer differently:\n${answers.join('\n')}`);
}

function targetOf({ url, headers, runFile }, path) {
  return { url, path, headers, pid: runFile().pids.gateway };
}

async function pythonTarget(gateway, body) {
  const { status } = spawnSync('python3', ['-c', 'import fastapi, uvicorn'], { stdio: 'ignore' });
  if (status !== 0) return undefined;
  const bodyFile = join(scratchFolder(), 'body.json');
  writeFileSync(bodyFile, body);
  return { ...gateway, ...(await startUvicorn('python3', { path: FORECAST_PATH.split('?')[0], bodyFile })) };
}

/** Each target once a round, so that whatever else the machine does meets all of them. */
async function alternate(targets, { count, seconds }) {
  const names = Object.keys(targets);
  for (const name of names) await load(targets[name], { kind: 'closed', seconds: 1 }); // the compiler's turn
  const rounds = [];
  for (let round = 0; round < count; round++) {
    const results = {};
    for (const name of names) results[name] = await load(targets[name], { kind: 'closed', seconds });
    rounds.push(results);
    say(names.map((name) => `${name} ${Math.round(results[name].perSecond)}/s`).join(', '));
  }
  return rounds;
}

function compared(rounds, ours, other) {
  return {
    value: median(rounds.map((round) => round[ours].perSecond)),
    unit: 'requests/s',
    baseline: median(rounds.map((round) => round[other].perSecond)),
    ratio: median(rounds.map((round) => round[ours].perSecond / round[other].perSecond)),
  };
}

function costs(rounds, other) {
  const cost = (name) => median(rounds.map((round) => round[name].cpuMicros)).toFixed(0);
  const busy = (name) => Math.round(100 * median(rounds.map((round) => round[name].generatorBusy)));
  return `CPU time of the serving process per reply: ${cost('gateway')} µs against ${cost(other)} µs; the load generator was busy for ${busy('gateway')} % and ${busy(other)} % of the time.`;
}
