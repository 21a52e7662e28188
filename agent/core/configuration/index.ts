export {
  applyChanges,
  type ChangeContext,
  type ChangeResult,
  NOTHING_CHANGED,
} from "./apply-changes.ts";
export { checkCib } from "./check-cib.ts";
export { descendsFrom, hasSameContent, stampOf } from "./cib-stamp.ts";
export { PROPERTIES } from "./cluster-properties.ts";
export { renderNearNames } from "./near-names.ts";
export { type ParsedCib, parseCib } from "./parse-cib.ts";
export {
  META_ATTRIBUTES,
  OPERATION_DEFAULTS,
  OPERATION_OPTIONS,
} from "./value-tables.ts";
export {
  DURATION_MAX_MS,
  parseBoolean,
  parseDuration,
  parseInteger,
  parseScore,
  readBoolean,
  readDurationMs,
  readInteger,
  readScore,
  readText,
  renderDuration,
  renderScore,
  renderValueType,
  type ValueDefinition,
  type ValueType,
} from "./value-types.ts";
