import { type InnerList, isInnerList, parseDictionary } from 'structured-headers';
import { SignatureError } from './signature.error.js';

/** A signature that somebody asks for; what it is to be made with, if they say. */
export interface AskedSignature {
  readonly label: string;
  readonly components: InnerList[0];
  readonly expires: boolean;
  readonly nonce?: string;
  readonly alg?: string;
  readonly keyid?: string;
  readonly tag?: string;
}

const TEXTS = ['nonce', 'alg', 'keyid', 'tag'] as const;

/**
 * The signatures that the field Accept-Signature asks for, in order.
 *
 * @throws SignatureError when it cannot be read
 * @see RFC 9421, section 5.1
 */
export function askedSignatures(field: string): AskedSignature[] {
  return [...dictionaryOf(field)].map(([label, member]) => {
    if (!isInnerList(member)) throw new SignatureError('Accept-Signature must list components');
    const [components, parameters] = member;
    const texts = TEXTS.flatMap((name) => {
      const value = parameters.get(name);
      return typeof value === 'string' ? [[name, value]] : [];
    });
    return { label, components, expires: parameters.has('expires'), ...Object.fromEntries(texts) };
  });
}

function dictionaryOf(field: string): ReturnType<typeof parseDictionary> {
  try {
    return parseDictionary(field);
  } catch (error) {
    throw new SignatureError('Accept-Signature cannot be read', { cause: error });
  }
}
