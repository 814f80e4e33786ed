/** Metadata key under which `@Rpc` leaves the message for the interceptor. */
export const RPC_MESSAGE = 'btcforecast:rpc-message';
