import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiOperation } from '@nestjs/swagger';
import { fastify } from 'fastify';
import { Deprecated } from '../api/deprecated.decorator.js';
import { Needs } from '../api/needs.decorator.js';
import { Public } from '../api/public.decorator.js';
import { createOpenApiDocument } from '../docs/openapi-document.js';
import { addLink } from './add-link.js';
import { installManners } from './manners.hooks.js';

const DEPRECATION = {
  since: '2026-01-01',
  sunset: '2027-01-01T12:00:00Z',
  docs: '/docs/http#ends',
  successor: '/v2/things/{id}',
};

@Controller('v1/things')
class Things {
  @Get('old')
  @Deprecated(DEPRECATION)
  @Public()
  old() {
    return {};
  }

  @Post('old')
  @Needs('forecasts:read')
  @Deprecated({ since: '2026-01-01T00:00:01Z', docs: '/docs' })
  change() {
    throw new Error('also when it fails');
  }

  @Get('new')
  @Public()
  @ApiOperation({ summary: 'What takes its place' })
  fresh() {
    return {};
  }
}

@Module({ controllers: [Things] })
class ThingsModule {}

let app: NestFastifyApplication;
beforeAll(async () => {
  const server = fastify();
  installManners(server);
  server.decorateRequest('principal', undefined);
  server.decorateRequest('receivedAt', 0);
  server.addHook('onRequest', (_request, reply, done) => {
    addLink(reply, '</other>; rel="describedby"');
    done();
  });
  app = await NestFactory.create<NestFastifyApplication>(ThingsModule, new FastifyAdapter(server), {
    logger: false,
  });
  await app.init();
});
afterAll(() => app.close());

const ask = (method: 'GET' | 'HEAD' | 'POST', url: string) => app.inject({ method, url });

describe('a route that is to end', () => {
  it.each(['GET', 'HEAD'] as const)(
    'says since when, until when, why and what instead: %s',
    async (method) => {
      const { statusCode, headers } = await ask(method, '/v1/things/old');
      expect(statusCode).toBe(200);
      expect(headers).toMatchObject({
        deprecation: '@1767225600',
        sunset: 'Fri, 01 Jan 2027 12:00:00 GMT',
        link:
          '</other>; rel="describedby", </docs/http#ends>; rel="deprecation"; type="text/html", ' +
          '</v2/things/%7Bid%7D>; rel="successor-version"',
      });
    },
  );

  it('says so whichever decorator stands first, and when it fails', async () => {
    const { statusCode, headers } = await ask('POST', '/v1/things/old');
    expect(statusCode).toBe(500);
    expect(headers['deprecation']).toBe('@1767225601');
    expect(headers).not.toHaveProperty('sunset');
  });

  it('is marked in the API document', () => {
    const { paths } = createOpenApiDocument(app);
    expect(paths['/v1/things/old']?.get).toMatchObject({ deprecated: true, 'x-deprecation': DEPRECATION });
    expect(paths['/v1/things/old']?.post).toMatchObject({
      deprecated: true,
      'x-permission': 'forecasts:read',
    });
    expect(paths['/v1/things/new']?.get).not.toHaveProperty('deprecated');
  });

  it('cannot end before it is deprecated, or at no time at all', () => {
    expect(() => Deprecated({ since: '2027-01-02', sunset: '2027-01-01', docs: '/' })).toThrow(RangeError);
    expect(() => Deprecated({ since: 'soon', docs: '/' })).toThrow(RangeError);
  });
});

describe('any other route', () => {
  it('says nothing of it', async () => {
    const { headers } = await ask('GET', '/v1/things/new');
    expect(headers).not.toHaveProperty('deprecation');
    expect(headers['link']).toBe('</other>; rel="describedby"');
  });
});
