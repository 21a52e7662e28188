export {
  clearFailures,
  countFailures,
  forgetAll,
  forgetOperation,
  forgetResource,
} from "./forget.ts";
export { type RecordOptions, recordResult } from "./record-result.ts";
