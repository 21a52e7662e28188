export { openClock } from "./monotonic-clock.ts";
