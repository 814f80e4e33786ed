import { type ClientCredentials, OAuthError } from '@btcforecast/access';
import type { TokenRequest } from '@btcforecast/contracts';

const BASIC = /^basic +([A-Za-z0-9+/]+={0,2})$/i;
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/**
 * How a client proves who it is, in exactly one way.
 *
 * @throws OAuthError invalid_request when it does so in several ways, or in none that can be read; invalid_client
 * @see RFC 6749, section 2.3, and RFC 7521, section 4.2
 */
export function clientCredentials(authorization: string | undefined, form: TokenRequest): ClientCredentials {
  const shown = [fromHeader(authorization), fromForm(form), fromAssertion(form)].filter(
    (each) => each !== undefined,
  );
  const [credentials] = shown;
  if (shown.length > 1) throw new OAuthError('invalid_request', 'show one kind of credentials, not several');
  if (!credentials) {
    throw new OAuthError(
      'invalid_client',
      'no credentials were shown; send HTTP Basic, or client_id and client_secret, or a client_assertion',
    );
  }
  if (
    form.client_id !== undefined &&
    credentials.clientId !== undefined &&
    credentials.clientId !== form.client_id
  ) {
    throw new OAuthError('invalid_request', 'client_id is not the client whose credentials were shown');
  }
  return credentials;
}

/** Both parts are encoded as in a form before they become Basic credentials (section 2.3.1). */
function fromHeader(authorization: string | undefined): ClientCredentials | undefined {
  if (authorization === undefined) return undefined;
  const text = Buffer.from(BASIC.exec(authorization)?.[1] ?? '', 'base64').toString('utf8');
  const colon = text.indexOf(':');
  const clientId = formDecoded(text.slice(0, Math.max(colon, 0)));
  const secret = formDecoded(text.slice(colon + 1));
  if (colon > 0 && clientId !== undefined && secret !== undefined) {
    return { method: 'client_secret_basic', clientId, secret };
  }
  throw new OAuthError(
    'invalid_client',
    'the header Authorization must be HTTP Basic of client_id and client_secret',
  );
}

function fromForm({
  client_id: clientId,
  client_secret: secret,
}: TokenRequest): ClientCredentials | undefined {
  if (secret === undefined) return undefined;
  if (clientId !== undefined) return { method: 'client_secret_post', clientId, secret };
  throw new OAuthError('invalid_request', 'client_secret was sent without client_id');
}

function fromAssertion(form: TokenRequest): ClientCredentials | undefined {
  const { client_assertion: assertion, client_assertion_type: type, client_id: clientId } = form;
  if (assertion === undefined && type === undefined) return undefined;
  if (assertion !== undefined && type === ASSERTION_TYPE)
    return { method: 'private_key_jwt', clientId, assertion };
  throw new OAuthError(
    'invalid_request',
    `client_assertion needs the client_assertion_type ${ASSERTION_TYPE}`,
  );
}

function formDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}
