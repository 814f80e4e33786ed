import { Controller, Get } from '@nestjs/common';
import { AppError, HealthRegistry } from '@btcforecast/platform';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Public } from './public.decorator.js';
import { Replies } from './replies.decorator.js';

const HealthReply = z
  .object({ status: z.enum(['live', 'ready']).describe('live: it runs; ready: it takes requests') })
  .meta({ id: 'Health' });
type HealthReply = z.infer<typeof HealthReply>;

@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthRegistry) {}

  @Get('live')
  @Public({ vital: true })
  @Replies(HealthReply, 'Whether the process runs at all; needs no key')
  live(): HealthReply {
    return { status: 'live' };
  }

  @Get('ready')
  @Public({ vital: true })
  @Replies(HealthReply, 'Whether it should get requests; needs no key')
  async ready(): Promise<HealthReply> {
    const { ready, draining } = await this.health.report();
    if (ready) return { status: 'ready' };
    const reason = draining ? 'it is shutting down' : 'it is starting or cannot reach what it needs';
    throw new AppError('transient', 'service.not_ready', `the gateway takes no requests now: ${reason}`);
  }
}
