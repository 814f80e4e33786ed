import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { INFERENCE_MAX_BYTES } from '@btcforecast/contracts';
import { AppError } from '@btcforecast/platform';
import { unreadable } from './inference-error.js';

const limit = { maxOutputLength: INFERENCE_MAX_BYTES };
const inflaters = {
  gzip: promisify(gunzip) as (body: Buffer, options: object) => Promise<Buffer>,
  deflate: promisify(inflate) as (body: Buffer, options: object) => Promise<Buffer>,
};

/**
 * The body without its content coding, which clients use on request.
 *
 * @throws AppError caller request.unsupported_media_type for another coding, request.too_large when it grows beyond the
 *   limit, request.invalid when it is damaged
 */
export async function inflateBody(body: Buffer, coding: string | undefined): Promise<Buffer> {
  if (coding === undefined || coding === 'identity') return body;
  if (coding !== 'gzip' && coding !== 'deflate') {
    throw new AppError(
      'caller',
      'request.unsupported_media_type',
      'a body may be sent as it is, or with the content-encoding gzip or deflate',
    );
  }
  try {
    return await inflaters[coding](body, limit);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new AppError(
        'caller',
        'request.too_large',
        `the body has more than ${INFERENCE_MAX_BYTES} bytes decompressed; send fewer rows at a time`,
      );
    }
    throw unreadable(`the body is no ${coding} stream`);
  }
}
