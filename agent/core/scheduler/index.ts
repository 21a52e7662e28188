export { digestOperation, digestRestart, parseTimeS, planOperation } from "./read/index.ts";
export { scheduleTransition } from "./schedule-transition.ts";
