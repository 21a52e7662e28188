export { compareFindings, type DeepComparison } from "./compare-findings.ts";
export {
  clearFailures,
  countFailures,
  forgetAll,
  forgetOperation,
  forgetResource,
} from "./forget.ts";
export {
  degradedStatus,
  isFailure,
  isFoundActive,
  isOutcomeEqual,
  isProbe,
  undegradedStatus,
} from "./judge.ts";
export {
  addLocks,
  giveUpLeftActive,
  keepFormerLocks,
  keepLocks,
  markLeftActive,
  releaseLocks,
  unmarkLeftActive,
} from "./locks.ts";
export { type RecordOptions, recordResult } from "./record-result.ts";
