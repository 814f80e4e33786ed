import type { ServerKeys } from '@btcforecast/access';
import {
  type AskedSignature,
  askedSignatures,
  contentDigest,
  type ResponseParts,
  SignatureError,
  signMessage,
} from '@btcforecast/message-signatures';
import { type Clock, isAppError, type Logger } from '@btcforecast/platform';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hooksOf } from '../http/hooks-of.js';
import { requestMessage } from './request-message.js';

const HEADER = 'accept-signature';
const ALGORITHM = 'ed25519';
const LIFE_SECONDS = 300;
/** Of an asker who names none: what came of which question. */
const USUAL = ['@status', 'content-digest', '"@method";req', '"@path";req'];
const MAX_TEXT = 256;

type SendHook = (
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
  done: (error: Error | null, payload?: unknown) => void,
) => void;
type WholePayload = string | Buffer | null | undefined;

/** Signs the replies to requests that ask for it. What cannot be signed as it was asked goes out unsigned. */
export class SignedReplies {
  constructor(
    private readonly keys: ServerKeys,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Adds the signature to the headers of a reply, and the digest of its body if that is covered. */
  sign(request: FastifyRequest, reply: FastifyReply, payload: WholePayload): void {
    try {
      const asked = askedSignatures(String(request.headers[HEADER])).find((each) => this.#canMake(each));
      if (asked) this.#sign(asked, request, reply, payload);
    } catch (error) {
      if (!(error instanceof SignatureError || isAppError(error))) throw error;
      this.logger.debug({ requestId: request.id, err: error }, 'reply could not be signed as it was asked');
    }
  }

  #canMake({ alg = ALGORITHM, keyid, components, nonce = '', tag = '' }: AskedSignature): boolean {
    if (alg !== ALGORITHM || nonce.length > MAX_TEXT || tag.length > MAX_TEXT) return false;
    // Without the status a signature would not say that it is about a reply.
    const isAboutReply = components.length === 0 || covers(components, '@status');
    return isAboutReply && (keyid === undefined || keyid === this.keys.signing('responses').id);
  }

  #sign(asked: AskedSignature, request: FastifyRequest, reply: FastifyReply, payload: WholePayload): void {
    const { label, nonce, tag } = asked;
    const components = asked.components.length > 0 ? asked.components : USUAL;
    if (components === USUAL || covers(asked.components, 'content-digest')) {
      reply.header('content-digest', contentDigest(sentBody(request, payload)));
    }
    const { id, privateKey } = this.keys.signing('responses');
    const created = Math.floor(this.clock.now() / 1000);
    const expires = asked.expires ? created + LIFE_SECONDS : undefined;
    const fields = signMessage(responseMessage(request, reply), {
      key: { id, algorithm: ALGORITHM, key: privateKey },
      label,
      components,
      parameters: { created, expires, nonce, tag },
    });
    reply.headers({ ...fields });
  }
}

/** To be installed after what changes bodies. A request that asks for no signature costs no more than this look. */
export function installSignedReplies(server: FastifyInstance, replies: () => SignedReplies): void {
  const sign: SendHook = (request, reply, payload, done) => {
    if (request.headers[HEADER] !== undefined && isWhole(payload)) replies().sign(request, reply, payload);
    done(null, payload);
  };
  // With each route, since what a server does comes before what a route does, and that may still make it a 304.
  server.addHook('onRoute', (route) => {
    route.onSend = [...hooksOf(route.onSend), sign];
  });
  server.addHook('onSend', (request, reply, payload, done) => {
    if (request.routeOptions.url === undefined) sign(request, reply, payload, done);
    else done(null, payload);
  });
}

/**
 * A body that is compressed on its way out has another digest than the one that was signed, so whoever asks for a
 * signature gets it as it is.
 */
export function keepSignedRepliesWhole({ headers }: FastifyRequest): void {
  if (headers[HEADER] !== undefined) delete headers['accept-encoding'];
}

function covers(components: AskedSignature['components'], name: string): boolean {
  return components.some(([each, parameters]) => each === name && parameters.size === 0);
}

function isWhole(payload: unknown): payload is WholePayload {
  return payload === undefined || payload === null || typeof payload === 'string' || Buffer.isBuffer(payload);
}

/** The reply to HEAD has no body, whatever was prepared. */
function sentBody({ method }: FastifyRequest, payload: WholePayload): string | Buffer {
  return method === 'HEAD' ? '' : (payload ?? '');
}

function responseMessage(request: FastifyRequest, reply: FastifyReply): ResponseParts {
  const fields = Object.entries(reply.getHeaders()).map(([name, value]) => [
    name,
    Array.isArray(value) ? value : String(value),
  ]);
  return {
    status: reply.statusCode,
    fields: Object.fromEntries(fields) as ResponseParts['fields'],
    request: requestMessage(request),
  };
}
