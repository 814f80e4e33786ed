import { type InnerList, type Item, parseItem, serializeDictionary } from 'structured-headers';
import { signBytes, type SignatureKey } from './algorithms.js';
import type { MessageParts } from './http-message.js';
import { signatureBase } from './signature-base.js';
import type { SignatureParameters } from './signature-fields.js';

export interface SigningOptions {
  readonly key: SignatureKey;
  /** Default: sig1. */
  readonly label?: string;
  /** As in RFC 9421: `@method`, `content-digest`, or with parameters and then in quotes, `"@path";req`; or parsed. */
  readonly components: readonly (string | Item)[];
  /** `keyid` and `alg` are the key's unless given. */
  readonly parameters: SignatureParameters;
}

/** Values of the two fields that carry a signature. */
export interface SignatureFields {
  readonly 'signature-input': string;
  readonly signature: string;
}

const ORDER = ['created', 'expires', 'nonce', 'alg', 'keyid', 'tag'] as const;

/**
 * Signs a message.
 *
 * @throws SignatureError when a component is not in the message
 * @see RFC 9421, section 3.1
 */
export function signMessage(
  message: MessageParts,
  { key, label = 'sig1', components, parameters }: SigningOptions,
): SignatureFields {
  const given = { keyid: key.id, alg: key.algorithm, ...parameters };
  const ordered = ORDER.flatMap((name): [string, string | number][] => {
    const value = given[name];
    return value === undefined ? [] : [[name, value]];
  });
  const input: InnerList = [components.map(componentOf), new Map(ordered)];
  const bytes = signBytes(key, Buffer.from(signatureBase(message, input), 'latin1'));
  return {
    'signature-input': serializeDictionary({ [label]: input }),
    signature: serializeDictionary({ [label]: bytes }),
  };
}

function componentOf(component: string | Item): Item {
  if (typeof component !== 'string') return component;
  return component.startsWith('"') ? parseItem(component) : [component, new Map()];
}
