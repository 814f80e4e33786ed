import { describe, expect, it } from '@jest/globals';
import { AddressPolicy } from '@btcforecast/platform';
import fc from 'fast-check';
import { endpointUrl } from './endpoint-url.js';

const strict = new AddressPolicy();
const lenient = new AddressPolicy(['127.0.0.0/8', '::1/128', '10.1.0.0/16']);
const refused = expect.objectContaining({ kind: 'caller', code: 'webhook.refused' });

describe('the address of an endpoint', () => {
  it.each([
    ['https://hooks.example.com', 'https://hooks.example.com/'],
    ['https://hooks.example.com:8443/a?b=c', 'https://hooks.example.com:8443/a?b=c'],
    ['HTTPS://Hooks.Example.com:443/', 'https://hooks.example.com/'],
    ['https://bücher.example/', 'https://xn--bcher-kva.example/'],
    ['https://93.184.216.34/hook', 'https://93.184.216.34/hook'],
    ['https://[2606:4700:4700::1111]/', 'https://[2606:4700:4700::1111]/'],
  ])('may be %s', (text, href) => expect(endpointUrl(text, strict)).toBe(href));

  it.each([
    ['', 'not a URL'],
    ['hooks.example.com', 'not a URL'],
    ['http://hooks.example.com/', 'not https'],
    ['http://127.0.0.1:4000/', 'not https'],
    ['ftp://hooks.example.com/', 'not https'],
    ['file:///etc/passwd', 'not https'],
    ['javascript:alert(1)', 'not https'],
    ['https://hooks.example.com:22/', 'port'],
    ['https://user@hooks.example.com/', 'password'],
    ['https://user:secret@hooks.example.com/', 'password'],
    ['https://hooks.example.com/#here', 'fragment'],
    ['https://127.0.0.1/', 'public address'],
    ['https://2130706433/', 'public address'],
    ['https://0177.0.0.1/', 'public address'],
    ['https://0x7f.1/', 'public address'],
    ['https://127.0.0.1./', 'public address'],
    ['https://①②⑦.⓪.⓪.①/', 'public address'],
    ['https://[::1]/', 'public address'],
    ['https://[::ffff:10.0.0.1]/', 'public address'],
    ['https://169.254.169.254/latest', 'public address'],
    ['https://localhost/', 'public name'],
    ['https://LOCALHOST./', 'public name'],
    ['https://printer.local/', 'public name'],
    ['https://metadata.google.internal/', 'public name'],
    ['https://redis/', 'public name'],
  ])('may not be %s: %s', (text, reason) => {
    expect(() => endpointUrl(text, strict)).toThrow(refused);
    expect(() => endpointUrl(text, strict)).toThrow(reason);
  });

  it('may be plain http to loopback, or anything in a network that the configuration allows', () => {
    for (const url of [
      'http://127.0.0.1:4000/',
      'http://[::1]:4000/',
      'http://localhost:4000/',
      'https://10.1.2.3:9000/',
    ]) {
      expect(endpointUrl(url, lenient)).toBe(url);
    }
    for (const url of [
      'http://10.1.2.3/',
      'https://10.2.0.1/',
      'http://hooks.example.com/',
      'http://localhost.example.com/',
    ]) {
      expect(() => endpointUrl(url, lenient)).toThrow(refused);
    }
  });

  it('is in its normal form, whatever was typed', () => {
    fc.assert(
      fc.property(fc.webUrl({ validSchemes: ['https'] }), (text) => {
        const url = endpointUrl(text, strict);
        expect(endpointUrl(url, strict)).toBe(url);
      }),
    );
  });
});
