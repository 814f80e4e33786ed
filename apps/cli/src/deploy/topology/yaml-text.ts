import { Document, Pair, Scalar, type YAMLMap } from 'yaml';

/**
 * A file for compose or Swarm. By the rules of YAML 1.1, which docker-compose 1.29 reads: there `1000:0` without quotes
 * is a number. What `x-hardened` says, every service takes in by a merge key, which every version of compose reads.
 *
 * @param note what stands at its head
 */
export function yamlText(content: object, note: string): string {
  const document = new Document(content, { version: '1.1', merge: true, aliasDuplicateObjects: false });
  document.commentBefore = note;
  inherit(document);
  return document.toString({ lineWidth: 0, singleQuote: true });
}

function inherit(document: Document): void {
  const hardened = document.get('x-hardened', true) as YAMLMap | undefined;
  if (!hardened) return;
  hardened.anchor = 'hardened';
  for (const { value } of (document.get('services') as YAMLMap<unknown, YAMLMap>).items) {
    value?.items.unshift(new Pair(new Scalar('<<'), document.createAlias(hardened)));
  }
}
