import { secret } from '../config/describe-env.js';
import { keysOf, SECRETS_KEY_TEXT } from './secret-box.js';

/** What a service reads that seals secrets or opens them: `PlatformEnv.extend({ ...SecretsEnv })`. */
export const SecretsEnv = {
  SECRETS_KEY: secret(
    'Keys that encrypt stored secrets, 32 bytes in base64, one to a line, of which the first encrypts; better as SECRETS_KEY_FILE (npm start: secrets.key in the data folder)',
  )
    .refine(
      (text) => keysOf(text).every((key) => SECRETS_KEY_TEXT.test(key)),
      'must be keys of 32 bytes in base64',
    )
    .optional(),
};
