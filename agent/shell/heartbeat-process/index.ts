export { type Heartbeat, type HeartbeatOptions, startHeartbeat } from "./start-heartbeat.ts";
