import type { DestinationStream } from 'pino';
import { PinoPretty } from 'pino-pretty';

/** Lines for people, written in the process itself: no worker thread whose last lines are lost at a crash. */
export function pretty(): DestinationStream {
  return PinoPretty({ sync: true, ignore: 'pid,region,name', translateTime: 'SYS:HH:MM:ss.l' });
}
