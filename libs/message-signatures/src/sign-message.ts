import { type InnerList, parseItem, serializeDictionary } from 'structured-headers';
import { signBytes, type SignatureKey } from './algorithms.js';
import type { MessageParts } from './http-message.js';
import { signatureBase } from './signature-base.js';
import type { SignatureParameters } from './signature-fields.js';

export interface SigningOptions {
  readonly key: SignatureKey;
  /** Default: sig1. */
  readonly label?: string;
  /** As in RFC 9421: `@method`, `content-digest`, or with parameters and then in quotes, `"@path";req`. */
  readonly components: readonly string[];
  /** `keyid` and `alg` are the key's unless given. */
  readonly parameters: SignatureParameters;
}

/** Values of the two fields that carry a signature. */
export interface SignatureFields {
  readonly 'signature-input': string;
  readonly signature: string;
}

/**
 * Signs a message.
 *
 * @throws SignatureError when a component is not in the message
 * @see RFC 9421, section 3.1
 */
export function signMessage(message: MessageParts, options: SigningOptions): SignatureFields {
  const components = options.components.map(componentOf);
  return signComponents(message, components, options);
}

export function signComponents(
  message: MessageParts,
  components: InnerList[0],
  { key, label = 'sig1', parameters }: Omit<SigningOptions, 'components'>,
): SignatureFields {
  const given = { keyid: key.id, alg: key.algorithm, ...parameters };
  const ordered = ORDER.flatMap((name): [string, string | number][] => {
    const value = given[name];
    return value === undefined ? [] : [[name, value]];
  });
  const input: InnerList = [components, new Map(ordered)];
  const bytes = signBytes(key, Buffer.from(signatureBase(message, input), 'latin1'));
  return {
    'signature-input': serializeDictionary(new Map([[label, input]])),
    signature: serializeDictionary(new Map([[label, [bytes, new Map()]]])),
  };
}

const ORDER = ['created', 'expires', 'nonce', 'alg', 'keyid', 'tag'] as const;

function componentOf(text: string): InnerList[0][number] {
  return text.startsWith('"') ? parseItem(text) : [text, new Map()];
}
