import { Controller, Get } from '@nestjs/common';
import { ServerLiveReply, ServerMetadataReply, ServerReadyReply } from '@btcforecast/contracts';
import { AppError } from '@btcforecast/platform';
import { ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import { Public } from '../api/public.decorator.js';
import { Replies } from '../api/replies.decorator.js';
import { Inference } from './inference.service.js';

@ApiTags('inference')
@Controller('v2')
export class ServerController {
  constructor(private readonly inference: Inference) {}

  @Get()
  @Public()
  @Replies(
    ServerMetadataReply,
    'What this server is, and which extensions of the protocol it serves; needs no key',
  )
  metadata(): ServerMetadataReply {
    return this.inference.server;
  }

  @Get('health/live')
  @Public({ vital: true })
  @Replies(ServerLiveReply, 'Whether the server runs; needs no key')
  live(): z.infer<typeof ServerLiveReply> {
    return { live: true };
  }

  @Get('health/ready')
  @Public({ vital: true })
  @Replies(ServerReadyReply, 'Whether every champion can be asked; needs no key')
  async ready(): Promise<z.infer<typeof ServerReadyReply>> {
    if (await this.inference.isReady()) return { live: true, ready: true };
    throw new AppError('transient', 'service.not_ready', 'not every champion can be asked now; try again');
  }
}
