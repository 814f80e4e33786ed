import type { LoadedModel } from '@btcforecast/forecasting';

/** A model failed while it ran: what went wrong is the cause, and another model may do better. */
export class ModelRunError extends Error {
  override readonly name = 'ModelRunError';
  override readonly cause: Error;

  constructor(cause: Error) {
    super(cause.message, { cause });
    this.cause = cause;
  }
}

/** The model, its failures told apart from those of whoever uses it. */
export function guarded(model: LoadedModel): LoadedModel {
  return {
    manifest: model.manifest,
    release: () => model.release(),
    predict: async (inputs) => {
      try {
        return await model.predict(inputs);
      } catch (error) {
        throw new ModelRunError(error instanceof Error ? error : new Error(String(error)));
      }
    },
  };
}
