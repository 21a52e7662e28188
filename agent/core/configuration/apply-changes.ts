import { assertNever } from "../base/index.ts";
import {
  type Change,
  type Cib,
  type LastChange,
  type NodeName,
  type Problem,
  renderProblem,
} from "../model/index.ts";
import { cloneResource, uncloneResource } from "./change-clones.ts";
import { addColocationSets, addOrderSets } from "./change-constraint-sets.ts";
import {
  addColocation,
  addLocation,
  addOrder,
  deleteConstraints,
  removeFromOrders,
} from "./change-constraints.ts";
import { createDefaultSet, deleteDefaultSets, updateDefaultSet } from "./change-default-sets.ts";
import { addFencingLevel, removeFencingLevels } from "./change-fencing.ts";
import { groupResources, ungroupResources } from "./change-groups.ts";
import { addLocationRule, addRule } from "./change-location-rules.ts";
import { banResource, clearResource, moveResource } from "./change-placement.ts";
import {
  addOperation,
  createResource,
  deleteResource,
  removeOperation,
  setResourceMeta,
  updateResource,
} from "./change-resources.ts";
import { createTag, deleteTags, updateTag } from "./change-tags.ts";
import {
  setNodeAttributes,
  setNodeUtilization,
  setOperationDefaults,
  setProperties,
  setResourceDefaults,
  setResourceUtilization,
} from "./change-values.ts";
import { checkCib } from "./check-cib.ts";
import { hasSameContent, nextVersion } from "./cib-stamp.ts";
import { type Edit, edited, refuse } from "./edit.ts";
import { parseCib } from "./parse-cib.ts";

/** What a change happens in: who asked for it and when, and the names of the cluster's nodes. */
export interface ChangeContext {
  readonly stamp: LastChange;
  readonly nodes: readonly NodeName[];
}

/** The new configuration with lines for the person, or every reason why there is none. */
export type ChangeResult =
  | { readonly kind: "changed"; readonly cib: Cib; readonly notes: readonly string[] }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

type SettingChange =
  | "setProperties"
  | "setResourceDefaults"
  | "setOperationDefaults"
  | "createDefaultSet"
  | "updateDefaultSet"
  | "deleteDefaultSets"
  | "setNodeAttributes"
  | "setNodeUtilization"
  | "createTag"
  | "updateTag"
  | "deleteTags"
  | "addFencingLevel"
  | "removeFencingLevels"
  | "replaceConfiguration";
type ConstraintChange = Change & {
  readonly kind:
    | "addLocation"
    | "addLocationRule"
    | "addRule"
    | "addColocation"
    | "addColocationSets"
    | "addOrder"
    | "addOrderSets"
    | "removeFromOrders"
    | "deleteConstraints";
};
type ResourceChange = Exclude<Change, { readonly kind: SettingChange }>;

/** The note of changes that change nothing; then the CIB, its version too, stays as it was. */
export const NOTHING_CHANGED = "Nothing changed: the configuration is already like that";

/**
 * Applies changes in their order: all or none. The result passes `checkCib` whole, except for
 * problems that were there before, which must not stop an operator from, say, putting a node in
 * standby; they become notes. Raises the epoch by one, sets `numUpdates` to 0 and remembers the old
 * stamp.
 */
export function applyChanges(
  cib: Cib,
  changes: readonly Change[],
  context: ChangeContext,
): ChangeResult {
  const edit = changes.reduce<Edit>((before, change) => {
    const after = applyChange(before.cib, change, context.nodes);
    return {
      cib: after.cib,
      notes: [...before.notes, ...after.notes],
      problems: [...before.problems, ...after.problems],
    };
  }, edited(cib));
  // What could not be read back from the disk must never get there, whoever asked for it.
  const shape = parseCib(edit.cib);
  if (shape.kind === "damaged") {
    return { kind: "refused", problems: withoutRepeats([...edit.problems, ...shape.problems]) };
  }
  // What comes as a whole has to be right as a whole.
  const isReplaced = changes.some(({ kind }) => kind === "replaceConfiguration");
  const before = isReplaced ? [] : checkCib(cib, context.nodes);
  const old = new Set(before.map(renderProblem));
  const found = checkCib(edit.cib, context.nodes);
  const problems = withoutRepeats([
    ...edit.problems,
    ...found.filter((problem) => !old.has(renderProblem(problem))),
  ]);
  if (problems.length > 0) return { kind: "refused", problems };
  const warnings = found.map((problem) => `Warning: ${renderProblem(problem)} (as before)`);
  if (hasSameContent(cib, edit.cib)) {
    const notes = edit.notes.length > 0 ? edit.notes : [NOTHING_CHANGED];
    return { kind: "changed", cib, notes: [...notes, ...warnings] };
  }
  const next = nextVersion(edit.cib, cib, context.stamp);
  return { kind: "changed", cib: next, notes: [...edit.notes, ...warnings] };
}

function applyChange(cib: Cib, change: Change, nodes: readonly NodeName[]): Edit {
  switch (change.kind) {
    case "setProperties":
      return setProperties(cib, change.values);
    case "setResourceDefaults":
      return setResourceDefaults(cib, change.values);
    case "setOperationDefaults":
      return setOperationDefaults(cib, change.values);
    case "createDefaultSet":
      return createDefaultSet(cib, change);
    case "updateDefaultSet":
      return updateDefaultSet(cib, change);
    case "deleteDefaultSets":
      return deleteDefaultSets(cib, change);
    case "setNodeAttributes":
      return setNodeAttributes(cib, change, nodes);
    case "setNodeUtilization":
      return setNodeUtilization(cib, change, nodes);
    case "createTag":
      return createTag(cib, change);
    case "updateTag":
      return updateTag(cib, change);
    case "deleteTags":
      return deleteTags(cib, change.ids);
    case "addFencingLevel":
      return addFencingLevel(cib, change);
    case "removeFencingLevels":
      return removeFencingLevels(cib, change);
    case "replaceConfiguration":
      return replaceConfiguration(cib, change.cib);
    default:
      return changeResources(cib, change, nodes);
  }
}

function changeResources(cib: Cib, change: ResourceChange, nodes: readonly NodeName[]): Edit {
  switch (change.kind) {
    case "createResource":
      return createResource(cib, change);
    case "updateResource":
      return updateResource(cib, change);
    case "deleteResource":
      return deleteResource(cib, change.id);
    case "setResourceMeta":
      return setResourceMeta(cib, change);
    case "setResourceUtilization":
      return setResourceUtilization(cib, change);
    case "addOperation":
      return addOperation(cib, change);
    case "removeOperation":
      return removeOperation(cib, change);
    case "groupResources":
      return groupResources(cib, change);
    case "ungroupResources":
      return ungroupResources(cib, change);
    case "cloneResource":
      return cloneResource(cib, change);
    case "uncloneResource":
      return uncloneResource(cib, change);
    case "moveResource":
      return moveResource(cib, change, nodes);
    case "banResource":
      return banResource(cib, change, nodes);
    case "clearResource":
      return clearResource(cib, change, nodes);
    default:
      return changeConstraints(cib, change);
  }
}

function changeConstraints(cib: Cib, change: ConstraintChange): Edit {
  switch (change.kind) {
    case "addLocation":
      return addLocation(cib, change);
    case "addLocationRule":
      return addLocationRule(cib, change);
    case "addRule":
      return addRule(cib, change);
    case "addColocation":
      return addColocation(cib, change);
    case "addColocationSets":
      return addColocationSets(cib, change);
    case "addOrder":
      return addOrder(cib, change);
    case "addOrderSets":
      return addOrderSets(cib, change);
    case "removeFromOrders":
      return removeFromOrders(cib, change);
    case "deleteConstraints":
      return deleteConstraints(cib, change.ids);
    default:
      return assertNever(change);
  }
}

// It comes from outside in one piece, so its shape is checked before its meaning.
function replaceConfiguration(cib: Cib, given: Cib): Edit {
  const parsed = parseCib(given);
  if (parsed.kind === "damaged") return refuse(cib, ...parsed.problems);
  return edited(parsed.cib, ["The configuration is replaced as a whole"]);
}

function withoutRepeats(problems: readonly Problem[]): readonly Problem[] {
  const byText = new Map(problems.map((problem) => [renderProblem(problem), problem]));
  return [...byText.values()];
}
