import { type InnerList, isInnerList, parseDictionary } from 'structured-headers';
import type { Fields } from './http-message.js';
import { SignatureError } from './signature.error.js';

/** A signature as it stands in a message, not yet verified. */
export interface PresentedSignature {
  readonly label: string;
  readonly input: InnerList;
  readonly signature: Uint8Array;
  readonly parameters: SignatureParameters;
}

/** Of the parameters of RFC 9421, section 2.3, those that are there. Times are whole seconds of Unix time. */
export interface SignatureParameters {
  readonly created?: number;
  readonly expires?: number;
  readonly nonce?: string;
  readonly alg?: string;
  readonly keyid?: string;
  readonly tag?: string;
}

const TIMES = ['created', 'expires'] as const;
const TEXTS = ['nonce', 'alg', 'keyid', 'tag'] as const;
/** A message has one signature, perhaps another of a proxy. Whoever sends a crowd wants us to work. */
const MAX_SIGNATURES = 5;

/**
 * The signatures that a message carries.
 *
 * @throws SignatureError when the two fields cannot be read or do not belong together
 * @see RFC 9421, section 4
 */
export function presentedSignatures(fields: Fields): PresentedSignature[] {
  const inputs = dictionaryOf(fields, 'signature-input');
  const signatures = dictionaryOf(fields, 'signature');
  if (inputs.size > MAX_SIGNATURES) throw new SignatureError(`more than ${MAX_SIGNATURES} signatures`);
  return [...inputs].map(([label, input]) => {
    const bytes = signatures.get(label)?.[0];
    if (!isInnerList(input)) throw new SignatureError('a member of Signature-Input is no list of components');
    if (!(bytes instanceof ArrayBuffer)) {
      throw new SignatureError('Signature has no byte sequence, base64 in colons, of the same label');
    }
    return { label, input, signature: new Uint8Array(bytes), parameters: parametersOf(input[1]) };
  });
}

function parametersOf(parameters: InnerList[1]): SignatureParameters {
  for (const name of TIMES) check(name, parameters.get(name), Number.isInteger, 'whole seconds of Unix time');
  for (const name of TEXTS) {
    check(name, parameters.get(name), (value) => typeof value === 'string', 'a string in quotes');
  }
  return Object.fromEntries([...parameters].filter(([name]) => KNOWN.has(name)));
}

const KNOWN = new Set<string>([...TIMES, ...TEXTS]);

function check(name: string, value: unknown, isRight: (value: unknown) => boolean, what: string): void {
  if (value !== undefined && !isRight(value))
    throw new SignatureError(`the parameter ${name} must be ${what}`);
}

function dictionaryOf(fields: Fields, name: string): ReturnType<typeof parseDictionary> {
  const lines = fields[name];
  if (lines === undefined) throw new SignatureError(`the field ${name} is missing`);
  try {
    return parseDictionary(typeof lines === 'string' ? lines : lines.join(', '));
  } catch (error) {
    throw new SignatureError(`the field ${name} cannot be read: it must be a structured dictionary`, {
      cause: error,
    });
  }
}
