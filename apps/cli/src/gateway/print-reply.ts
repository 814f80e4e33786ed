/** Prints a reply as it is, or as people read it. */
export function printReply<T>(
  reply: T,
  { json }: { readonly json?: boolean },
  textOf: (reply: T) => string,
): void {
  process.stdout.write(json ? `${JSON.stringify(reply, null, 2)}\n` : textOf(reply));
}
