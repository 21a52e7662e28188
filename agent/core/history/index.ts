export {
  clearFailures,
  countFailures,
  forgetAll,
  forgetOperation,
  forgetResource,
} from "./forget.ts";
export { isFailure, isFoundActive, isProbe } from "./judge.ts";
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
