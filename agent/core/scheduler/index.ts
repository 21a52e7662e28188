export { digestOperation, digestRestart, planOperation } from "./read/index.ts";
export { scheduleTransition } from "./schedule-transition.ts";
