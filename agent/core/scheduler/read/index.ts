export {
  currentNode,
  locationOf,
  locationsOf,
  roleOf,
  topOf,
} from "../tree.ts";
export { addActive, canFenceNode, markUnclean } from "./activity.ts";
export { applyLocation, applyLocations } from "./apply-locations.ts";
export { parametersOf } from "./attributes.ts";
export {
  compareDigests,
  type DigestVerdict,
  digestRestart,
  hasOnlySecretsChanged,
  toResolved,
} from "./digests.ts";
export {
  type FailcountQuestion,
  type FailureSum,
  failcountOf,
  isThresholdReached,
} from "./failcounts.ts";
export { renderFailure, renderMs } from "./failure-words.ts";
export { type HealthScores, healthColour, readHealthScores } from "./health.ts";
export { isActive, isAnonymous, needsFencing } from "./instance-kinds.ts";
export { applyNodeCriteria, describeFailures } from "./node-criteria.ts";
export { banEverywhere, candidateFor, changeScore, type ScoreChange } from "./node-scores.ts";
export { isForeignInput } from "./nodes.ts";
export { findOperation, type OperationKey, settleOperation } from "./operation-settings.ts";
export {
  type AgentCall,
  buildOrder,
  digestOperation,
  type ResolvedOperation,
  resolveOperation,
  toOnFail,
} from "./operations.ts";
export { planOperation } from "./plan-operation.ts";
export { readWorking } from "./read-working.ts";
export { readTargetRole } from "./resource-settings.ts";
export { statusOf } from "./results.ts";
export { readRoleName } from "./role-names.ts";
export { evaluateRule, type RuleContext } from "./rules.ts";
export { compareNumbered, readDurationMs, readFlag } from "./scalars.ts";
