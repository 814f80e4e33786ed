import { asRefusal, type Principal, requiredComponents, type RequestVerifier } from '@btcforecast/access';
import { ContentDigestCheck, SignatureError } from '@btcforecast/message-signatures';
import { AppError } from '@btcforecast/platform';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { hasBody, requestMessage } from './request-message.js';
import { SignedBody } from './signed-body.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The digest that was signed, while the body is still to come. */
    signedDigest: ContentDigestCheck | undefined;
  }
}

const BODYLESS = new Set(['GET', 'HEAD']);

/** Looks at the signatures of requests: those of keys that require one, and those that a client makes unasked. */
export class RequestSignatures {
  constructor(private readonly verifier: RequestVerifier) {}

  /**
   * Whoever asks, once that is signed as it has to be. With most requests there is nothing to check, and no promise.
   *
   * @throws AppError caller access.signature_required, access.signature_invalid; so may the promise
   */
  prove(request: FastifyRequest, who: Principal | Promise<Principal>): Principal | Promise<Principal> {
    return who instanceof Promise
      ? who.then((principal) => this.#prove(request, principal))
      : this.#prove(request, who);
  }

  #prove(request: FastifyRequest, principal: Principal): Principal | Promise<Principal> {
    if (request.headers['signature-input'] !== undefined) return this.#verify(request, principal);
    if (principal.requireSignature !== true) return principal;
    request.principal = principal; // known, though refused
    throw signatureRequired();
  }

  async #verify(request: FastifyRequest, principal: Principal): Promise<Principal> {
    request.principal = principal;
    const isSigned = await this.verifier.verify(requestMessage(request), principal, hasBody(request));
    if (isSigned) asRefusal(() => expectBody(request));
    else if (principal.requireSignature === true) throw signatureRequired();
    return principal;
  }
}

/** What a client is asked to sign with, as a value of Accept-Signature, RFC 9421, section 5.1. */
export function askedSignature(request: FastifyRequest): string {
  const components = requiredComponents(hasBody(request)).map((name) => `"${name}"`);
  return `sig1=(${components.join(' ')});created`;
}

/** To be installed before what reads bodies. A request that was not signed costs no more than this look. */
export function installSignedBodies(server: FastifyInstance): void {
  server.decorateRequest('signedDigest', undefined);
  server.addHook('preParsing', ({ signedDigest }, _reply, payload, done) => {
    if (!signedDigest) return done(null, payload);
    const body = new SignedBody(signedDigest);
    payload.on('error', (error) => body.destroy(error));
    done(null, payload.pipe(body));
  });
}

/** The digest in the header was signed; that the body has it is found out when the body is read. */
function expectBody(request: FastifyRequest): void {
  const digest = request.headers['content-digest'];
  if (!hasBody(request)) {
    if (typeof digest === 'string') new ContentDigestCheck(digest).end();
    return;
  }
  if (BODYLESS.has(request.method)) throw new SignatureError(`a signed ${request.method} has no body`);
  request.signedDigest = new ContentDigestCheck(String(digest));
}

function signatureRequired(): AppError {
  return new AppError(
    'caller',
    'access.signature_required',
    'these credentials count for signed requests only; sign this one with one of their signing keys by RFC 9421, ' +
      'as the header Accept-Signature says, with created, nonce and keyid',
  );
}
