export { untilBeatMs } from "./beat.ts";
export { openClock } from "./monotonic-clock.ts";
