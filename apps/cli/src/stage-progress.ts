import { SingleBar } from 'cli-progress';

/** Progress of work in named stages. */
export interface StageProgress {
  /** Moves the bar to `share` (0 to 1) of a stage; another name begins another stage. */
  show(stage: string, share: number): void;
  stop(): void;
}

/** A bar on a terminal, one line per stage elsewhere, so that a log stays readable. */
export function stageProgress(output: NodeJS.WriteStream): StageProgress {
  let current = '';
  if (!output.isTTY) {
    return {
      show: (stage) => {
        if (stage !== current) output.write(`${stage} …\n`);
        current = stage;
      },
      stop: () => {},
    };
  }
  const bar = new SingleBar({ stream: output, format: '{bar} {percentage}% {stage}', clearOnComplete: true });
  bar.start(100, 0, { stage: '' });
  return {
    show: (stage, share) => bar.update(Math.round(100 * share), { stage }),
    stop: () => bar.stop(),
  };
}
