export { backoffMs, type BackoffLimits } from "./backoff";
export { type ConnectionState, type Loss, RealtimeClient, type RealtimeOptions, type Socket, type Subscription } from "./client";
export * from "./messages";
