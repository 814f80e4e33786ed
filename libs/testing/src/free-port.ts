import { freePorts } from '@btcforecast/database/embedded';

/** A TCP port of 127.0.0.1 that nobody listens on at this moment, and that nobody is given by chance. */
export async function freePort(): Promise<number> {
  return (await freePorts(1))[0]!;
}
