export { backoffMs, type BackoffLimits } from "./backoff";
export { type ConnectionState, RealtimeClient, type RealtimeOptions, type Socket, type Subscription } from "./client";
export * from "./messages";
