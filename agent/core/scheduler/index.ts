export { digestOperation } from "./operations.ts";
export { planOperation } from "./plan-operation.ts";
export { scheduleTransition } from "./schedule-transition.ts";
