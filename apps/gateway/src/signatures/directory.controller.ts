import { Controller, Get, Header } from '@nestjs/common';
import { ServerKeys } from '@btcforecast/access';
import { JwksReply } from '@btcforecast/contracts';
import { ApiTags } from '@nestjs/swagger';
import { Public } from '../api/public.decorator.js';
import { Replies } from '../api/replies.decorator.js';

/** The keys of signed replies, where signers are looked up. @see draft-meunier-webbotauth-httpsig-directory */
@ApiTags('keys')
@Controller('.well-known')
export class DirectoryController {
  constructor(private readonly keys: ServerKeys) {}

  @Get('http-message-signatures-directory')
  @Public()
  @Header('content-type', 'application/http-message-signatures-directory+json')
  @Header('cache-control', 'public, max-age=300')
  @Replies(JwksReply, 'The public keys that verify signed replies')
  list(): JwksReply {
    return { keys: this.keys.published('responses') } as JwksReply;
  }
}
