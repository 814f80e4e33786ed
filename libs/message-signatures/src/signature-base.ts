import { type InnerList, serializeInnerList, serializeItem } from 'structured-headers';
import { componentValue } from './component-value.js';
import type { MessageParts } from './http-message.js';
import { shown, SignatureError } from './signature.error.js';

/**
 * The text that is signed: a line for each covered component, and a last one with the list of them and the parameters
 * of the signature.
 *
 * @param input a member of Signature-Input: covered components in order, and the parameters
 * @throws SignatureError when a component is covered twice, unknown, or not in the message
 * @see RFC 9421, section 2.5
 */
export function signatureBase(message: MessageParts, input: InnerList): string {
  const names = new Set<string>();
  const lines = input[0].map((item) => {
    const name = identityOf(item);
    if (names.has(name)) throw new SignatureError(`${shown(item[0])} is covered twice`);
    names.add(name);
    return `${serializeItem(item)}: ${componentValue(message, item)}`;
  });
  return [...lines, `"@signature-params": ${serializeInnerList(input)}`].join('\n');
}

/** A component and its parameters, whose order does not tell two apart (section 2). */
export function identityOf([name, parameters]: InnerList[0][number]): string {
  return serializeItem(name, new Map([...parameters].sort(([a], [b]) => (a < b ? -1 : 1))));
}
