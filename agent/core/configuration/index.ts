export {
  applyChanges,
  type ChangeContext,
  type ChangeResult,
  NOTHING_CHANGED,
} from "./apply-changes.ts";
export { checkCib } from "./check-cib.ts";
export { renderLevelTarget } from "./check-fencing.ts";
export { descendsFrom, hasSameContent, stampOf } from "./cib-stamp.ts";
export { PROPERTIES } from "./cluster-properties.ts";
export { resourcesNamedIn } from "./named-in-constraint.ts";
export { type NamedKind, renderNearNames, suggestNames } from "./near-names.ts";
export { type ParsedCib, parseCib } from "./parse-cib.ts";
export {
  COMPARISONS,
  DATE_OPERATIONS,
  VALUE_SOURCES,
  VALUE_TYPES,
} from "./parse-rules.ts";
export {
  findGroupOf,
  findResource,
  findWhole,
  listResources,
  withContents,
} from "./resource-tree.ts";
export {
  META_ATTRIBUTES,
  OPERATION_DEFAULTS,
  OPERATION_OPTIONS,
} from "./value-tables.ts";
export {
  DURATION_MAX_MS,
  normalValue,
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
