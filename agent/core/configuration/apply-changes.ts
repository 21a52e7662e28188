import { assertNever } from "../base/index.ts";
import {
  type Change,
  type Cib,
  type LastChange,
  type NodeName,
  type Problem,
  renderProblem,
} from "../model/index.ts";
import { addColocation, addLocation, addOrder, deleteConstraints } from "./change-constraints.ts";
import { groupResources, ungroupResources } from "./change-groups.ts";
import { banResource, clearResource, moveResource } from "./change-placement.ts";
import {
  addOperation,
  createResource,
  deleteResource,
  removeOperation,
  setResourceMeta,
  updateResource,
} from "./change-resources.ts";
import {
  setNodeAttributes,
  setOperationDefaults,
  setProperties,
  setResourceDefaults,
} from "./change-values.ts";
import { checkCib } from "./check-cib.ts";
import { hasSameContent, nextVersion } from "./cib-stamp.ts";
import { type Edit, edited } from "./edit.ts";

/** What a change happens in: who asked for it and when, and the names of the cluster's nodes. */
export interface ChangeContext {
  readonly stamp: LastChange;
  readonly nodes: readonly NodeName[];
}

/** The new configuration with lines for the person, or every reason why there is none. */
export type ChangeResult =
  | { readonly kind: "changed"; readonly cib: Cib; readonly notes: readonly string[] }
  | { readonly kind: "refused"; readonly problems: readonly Problem[] };

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
  const old = new Set(checkCib(cib, context.nodes).map(renderProblem));
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
    case "setNodeAttributes":
      return setNodeAttributes(cib, change, nodes);
    case "createResource":
      return createResource(cib, change);
    case "updateResource":
      return updateResource(cib, change);
    case "deleteResource":
      return deleteResource(cib, change.id);
    case "setResourceMeta":
      return setResourceMeta(cib, change);
    case "addOperation":
      return addOperation(cib, change);
    case "removeOperation":
      return removeOperation(cib, change);
    case "groupResources":
      return groupResources(cib, change);
    case "ungroupResources":
      return ungroupResources(cib, change);
    case "addLocation":
      return addLocation(cib, change);
    case "addColocation":
      return addColocation(cib, change);
    case "addOrder":
      return addOrder(cib, change);
    case "deleteConstraints":
      return deleteConstraints(cib, change.ids);
    case "moveResource":
      return moveResource(cib, change, nodes);
    case "banResource":
      return banResource(cib, change, nodes);
    case "clearResource":
      return clearResource(cib, change, nodes);
    default:
      return assertNever(change);
  }
}

function withoutRepeats(problems: readonly Problem[]): readonly Problem[] {
  const byText = new Map(problems.map((problem) => [renderProblem(problem), problem]));
  return [...byText.values()];
}
