import { z } from 'zod';
import { MlflowRefusal, type MlflowClient } from './mlflow-client.js';

/** Limits of the server. */
const METRICS_PER_BATCH = 500;
const PARAMS_PER_BATCH = 100;
const PAGE = '200';

export interface MlflowMetric {
  readonly key: string;
  readonly value: number;
  /** ms */
  readonly timestamp: number;
  readonly step: number;
}

const Tags = z.array(z.object({ key: z.string(), value: z.string().default('') })).default([]);
const Experiment = z.object({ experiment: z.object({ experiment_id: z.string() }) });
const ExperimentId = z.object({ experiment_id: z.string() });
const Run = z.object({
  info: z.object({ run_id: z.string(), artifact_uri: z.string().default('') }),
  data: z.object({ tags: Tags }).default({ tags: [] }),
});
const Runs = z.object({ runs: z.array(Run).default([]), next_page_token: z.string().optional() });
const Version = z.object({ version: z.string(), tags: Tags });
const Versions = z.object({
  model_versions: z.array(Version).default([]),
  next_page_token: z.string().optional(),
});
const RegisteredModel = z.object({
  registered_model: z.object({
    aliases: z.array(z.object({ alias: z.string(), version: z.string() })).default([]),
  }),
});

export interface MlflowRun {
  readonly runId: string;
  readonly artifactUri: string;
}
export type MlflowTags = Readonly<Record<string, string>>;

/** Experiments, runs and models of an MLflow server, as something that may be asked for again and again. */
export class MlflowRegistry {
  constructor(private readonly client: MlflowClient) {}

  /** Id of the experiment of this name, made if there is none. */
  async ensureExperiment(name: string): Promise<string> {
    const find = async () =>
      Experiment.parse(await this.client.get('experiments/get-by-name', { experiment_name: name }));
    const found = await unless('RESOURCE_DOES_NOT_EXIST', find);
    if (found) return found.experiment.experiment_id;
    const made = await unless('RESOURCE_ALREADY_EXISTS', async () =>
      ExperimentId.parse(await this.client.send('POST', 'experiments/create', { name })),
    );
    return made?.experiment_id ?? (await find()).experiment.experiment_id;
  }

  /** The run of an experiment that has this tag, made with these tags if there is none. */
  async ensureRun(
    experimentId: string,
    mark: string,
    tags: MlflowTags,
    startTime: number,
  ): Promise<MlflowRun> {
    const found = await this.#findRun(experimentId, mark, tags[mark]);
    if (found) return found;
    const made = z.object({ run: Run }).parse(
      await this.client.send('POST', 'runs/create', {
        experiment_id: experimentId,
        run_name: tags[mark],
        start_time: startTime,
        tags: pairs(tags),
      }),
    );
    return runOf(made.run);
  }

  async log(runId: string, params: MlflowTags, metrics: readonly MlflowMetric[]): Promise<void> {
    const all = pairs(params);
    for (let i = 0; i < all.length; i += PARAMS_PER_BATCH) {
      await this.client.send('POST', 'runs/log-batch', {
        run_id: runId,
        params: all.slice(i, i + PARAMS_PER_BATCH),
      });
    }
    for (let i = 0; i < metrics.length; i += METRICS_PER_BATCH) {
      const part = metrics.slice(i, i + METRICS_PER_BATCH);
      await this.client.send('POST', 'runs/log-batch', { run_id: runId, metrics: part });
    }
  }

  async finishRun(runId: string, endTime: number): Promise<void> {
    await this.client.send('POST', 'runs/update', { run_id: runId, status: 'FINISHED', end_time: endTime });
  }

  async ensureModel(name: string, description: string): Promise<void> {
    await unless('RESOURCE_ALREADY_EXISTS', () =>
      this.client.send('POST', 'registered-models/create', { name, description }),
    );
  }

  /** The server's number of the version that has this tag; null when there is none. */
  async findVersion(name: string, mark: string, value: string): Promise<string | null> {
    let page: string | undefined;
    do {
      const query = { filter: `name='${name}'`, max_results: PAGE, ...(page ? { page_token: page } : {}) };
      const found = Versions.parse(await this.client.get('model-versions/search', query));
      const match = found.model_versions.find(({ tags }) => hasTag(tags, mark, value));
      if (match) return match.version;
      page = found.next_page_token;
    } while (page);
    return null;
  }

  async createVersion(version: {
    readonly name: string;
    readonly source: string;
    readonly runId: string;
    readonly tags: MlflowTags;
    readonly description: string;
  }): Promise<string> {
    const { name, source, runId, tags, description } = version;
    const body = { name, source, run_id: runId, tags: pairs(tags), description };
    const reply = await this.client.send('POST', 'model-versions/create', body);
    return z.object({ model_version: Version }).parse(reply).model_version.version;
  }

  async tagVersion(name: string, version: string, tags: MlflowTags): Promise<void> {
    for (const tag of pairs(tags)) {
      await this.client.send('POST', 'model-versions/set-tag', { name, version, ...tag });
    }
  }

  /** Aliases that point to a version. */
  async aliasesOf(name: string, version: string): Promise<string[]> {
    const { registered_model } = RegisteredModel.parse(
      await this.client.get('registered-models/get', { name }),
    );
    return registered_model.aliases.filter((one) => one.version === version).map(({ alias }) => alias);
  }

  async setAlias(name: string, alias: string, version: string): Promise<void> {
    await this.client.send('POST', 'registered-models/alias', { name, alias, version });
  }

  async deleteAlias(name: string, alias: string): Promise<void> {
    await this.client.send('DELETE', 'registered-models/alias', { name, alias });
  }

  async #findRun(experimentId: string, mark: string, value: string | undefined): Promise<MlflowRun | null> {
    let page: string | undefined;
    do {
      const body = {
        experiment_ids: [experimentId],
        max_results: Number(PAGE),
        ...(page ? { page_token: page } : {}),
      };
      const found = Runs.parse(await this.client.send('POST', 'runs/search', body));
      const match = found.runs.find(({ data }) => hasTag(data.tags, mark, value ?? ''));
      if (match) return runOf(match);
      page = found.next_page_token;
    } while (page);
    return null;
  }
}

function pairs(fields: MlflowTags): { key: string; value: string }[] {
  return Object.entries(fields).map(([key, value]) => ({ key, value }));
}

function hasTag(tags: z.infer<typeof Tags>, key: string, value: string): boolean {
  return tags.some((tag) => tag.key === key && tag.value === value);
}

function runOf({ info }: z.infer<typeof Run>): MlflowRun {
  return { runId: info.run_id, artifactUri: info.artifact_uri };
}

/** null instead of this refusal. */
async function unless<T>(code: string, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof MlflowRefusal && error.code === code) return null;
    throw error;
  }
}
