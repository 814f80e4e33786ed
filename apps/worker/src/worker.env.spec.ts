import { parseEnv } from '@btcforecast/platform';
import { describe, expect, it } from '@jest/globals';
import { RPC_TOKEN } from '../test/peers.js';
import { WorkerEnv } from './worker.env.js';

const parsed = (values: Record<string, string> = {}) =>
  parseEnv(WorkerEnv, { DATABASE_URL: 'postgres://x/y', RPC_TOKEN, ...values });

describe('WorkerEnv', () => {
  it('trains every week unless it is said in hours or days', () => {
    expect(parsed().RETRAIN_EVERY).toBe(604_800_000);
    expect(parsed({ RETRAIN_EVERY: '12h' }).RETRAIN_EVERY).toBe(43_200_000);
    expect(parsed({ RETRAIN_EVERY: '3d' }).RETRAIN_EVERY).toBe(259_200_000);
    for (const wrong of ['0d', '7', '1w', '-1d']) {
      expect(() => parsed({ RETRAIN_EVERY: wrong })).toThrow(/RETRAIN_EVERY/);
    }
  });

  it.each(['https://mlflow.example', 'http://127.0.0.1:5000/team', 'https://mlflow.example/@team'])(
    'takes %s as the address of MLflow',
    (uri) => {
      expect(parsed({ MLFLOW_TRACKING_URI: uri }).MLFLOW_TRACKING_URI).toBe(uri);
    },
  );

  it.each(['https://me:word@mlflow.example', 'https://me@mlflow.example/', 'ftp://mlflow.example'])(
    'refuses %s, without repeating it',
    (uri) => {
      expect(() => parsed({ MLFLOW_TRACKING_URI: uri })).toThrow(
        /^(?!.*mlflow\.example).*MLFLOW_TRACKING_URI/s,
      );
    },
  );
});
