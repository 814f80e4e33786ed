export { ApiError } from './api.error.js';
export { createApiClient, type ApiClient, type CallOptions } from './create-api-client.js';
export type { HttpOptions } from './http.js';
export type * from './generated/types.js';
