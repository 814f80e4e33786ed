import { applyDecorators } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { assertDeprecation, type Deprecation } from '../http/deprecation.js';
import { AddRouteConfig } from './route-config.js';

/** Marks an operation of the API document that will end, with when and what comes instead. */
export const DEPRECATION_EXTENSION = 'x-deprecation';

/**
 * A route that will end: each reply says so (RFC 9745, RFC 8594), and so does the API document. Dates are ISO 8601 in
 * UTC.
 *
 * @throws RangeError when the gateway starts, for dates that make no sense
 */
export function Deprecated(deprecation: Deprecation) {
  assertDeprecation(deprecation);
  return applyDecorators(AddRouteConfig({ deprecation }), ApiExtension(DEPRECATION_EXTENSION, deprecation));
}
