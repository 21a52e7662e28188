export {
  type CarriedOut,
  type Course,
  carryOutTransition,
  followTransition,
  type Happening,
} from "./carry-out-transition.ts";
export {
  bringNodeUp,
  loseNode,
  moveTimeTo,
  type NodeSupposition,
  putInStandby,
  supposeNodes,
  takeNodeDown,
} from "./change-input.ts";
export {
  type DescribedSimulation,
  type DescribedStep,
  describeSimulation,
  type SimulationQuestion,
} from "./describe-simulation.ts";
export { type ExplainedCluster, explainCluster } from "./explain-cluster.ts";
export { explainFacts, explainResource, type FoundExplanation } from "./explain-resource.ts";
export { explainUnused } from "./explain-unused.ts";
export type {
  ExplainedPlace,
  ExplainedPromotion,
  Explanation,
  Remedy,
} from "./explanation.ts";
export { type Fault, parseFault, renderFault } from "./fault.ts";
export type { Finding } from "./finding.ts";
export { type Picture, type PicturedResource, pictureBefore } from "./picture.ts";
export { type Effect, type PlannedEffects, planEffects } from "./plan-effects.ts";
export {
  hasWork,
  runSteps,
  type SimulatedStep,
  type Simulation,
  type SimulationOptions,
  STEPS_MAX,
} from "./run-steps.ts";
export { supposeCommand, tellCommand } from "./suppose-command.ts";
export { tellDecisions } from "./tell-decisions.ts";
export { usualTimeMs } from "./usual-time.ts";
export { verifyInput } from "./verify-input.ts";
