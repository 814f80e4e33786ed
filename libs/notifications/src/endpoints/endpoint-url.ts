import { isIP } from 'node:net';
import { type AddressPolicy, AppError, isLoopback } from '@btcforecast/platform';

const PORTS: ReadonlySet<string> = new Set(['', '443', '8443']);
const LOCAL_NAME = /(^|\.)(localhost|local|internal|intranet|lan|home\.arpa)$/;

/**
 * The address of an endpoint in its normal form, or why it cannot be one. What a name leads to is judged only when it is
 * called: it may lead elsewhere by then.
 *
 * @throws AppError caller webhook.refused
 */
export function endpointUrl(text: string, policy: AddressPolicy): string {
  const url = URL.parse(text);
  const reason = url ? reasonAgainst(url, policy) : 'it is not a URL';
  if (url && reason === undefined) return url.href;
  throw new AppError(
    'caller',
    'webhook.refused',
    `this address cannot be an endpoint: ${reason}; name another`,
  );
}

function reasonAgainst(url: URL, policy: AddressPolicy): string | undefined {
  if (url.username !== '' || url.password !== '') return 'it holds a name or a password';
  if (url.hash !== '') return 'it has a fragment, which is never sent';
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (url.protocol === 'http:') return isAllowedLoopback(host, policy) ? undefined : 'it is not https';
  if (url.protocol !== 'https:') return 'it is not https';
  if (isIP(host) !== 0 && policy.judge(host) === 'refused') return 'its host is not a public address';
  return policy.allowsAny ? undefined : reasonAgainstPublic(url.port, host);
}

/** What the configuration allows may be behind any name and on any port. */
function reasonAgainstPublic(port: string, host: string): string | undefined {
  if (!PORTS.has(port)) return 'its port is neither 443 nor 8443';
  if (isIP(host) !== 0) return undefined;
  return LOCAL_NAME.test(host) || !host.includes('.') ? 'its host is not a public name' : undefined;
}

function isAllowedLoopback(host: string, policy: AddressPolicy): boolean {
  if (isLoopback(host)) return policy.judge(host) === 'allowed';
  return /(^|\.)localhost$/.test(host) && policy.allowsLoopback;
}
