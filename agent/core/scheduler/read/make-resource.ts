import type { Clone, Group, NameValues, Primitive } from "../../model/index.ts";
import { type Candidate, ROLE, type WorkingNode, type WorkingResource } from "../working.ts";
import type { ResourceSettings } from "./resource-settings.ts";

/** What sets one resource apart when it is made; all else begins alike. */
export interface ResourceParts {
  readonly id: string;
  readonly baseId: string;
  readonly parent: WorkingResource | null;
  readonly primitive: Primitive | null;
  readonly definition: Primitive | Group | Clone;
  readonly position: number;
  readonly meta: NameValues;
  readonly settings: ResourceSettings;
  readonly isFenceDevice: boolean;
  readonly isUnique: boolean;
  readonly isOrphan: boolean;
  readonly utilization: ReadonlyMap<string, number>;
  /** The nodes that are candidates from the start, with the scores that they begin with. */
  readonly candidates: readonly (readonly [WorkingNode, number])[];
}

/** A resource of which nothing is known but its configuration. */
export function makeResource(parts: ResourceParts): WorkingResource {
  const { settings, definition, candidates } = parts;
  const allowed = candidates.map(([node, score]): [WorkingNode, Candidate] => [
    node,
    { node, score, discovery: "always", count: 0 },
  ]);
  return {
    id: parts.id,
    baseId: parts.baseId,
    historyId: null,
    variant: definition.kind,
    parent: parts.parent,
    children: [],
    container: null,
    contents: [],
    primitive: parts.primitive,
    definition,
    position: parts.position,
    meta: parts.meta,
    ...settings,
    isFenceDevice: parts.isFenceDevice,
    isUnique: parts.isUnique,
    clone: null,
    group: null,
    isManaged: true,
    isInMaintenance: false,
    isBlocked: false,
    isOrphan: parts.isOrphan,
    isFailed: false,
    isFailureIgnored: false,
    isStartPending: false,
    isStopUnexpected: false,
    isMultiplyActive: false,
    pendingTask: "",
    pendingNode: null,
    isReloadable: false,
    isStopIfFailed: false,
    isRestarting: false,
    hasExclusiveDiscovery: false,
    reasons: [],
    role: ROLE.stopped,
    nextRole: ROLE.unknown,
    nextRoleReason: "",
    sortIndex: 0,
    rank: settings.priority,
    allowed: new Map(allowed),
    knownOn: new Set(),
    runningOn: [],
    assignedTo: null,
    assignedScore: 0,
    isAssigned: false,
    isAssigning: false,
    isUpdatingScores: false,
    colocationSteps: 0,
    partialMigrationSource: null,
    partialMigrationTarget: null,
    danglingMigrations: [],
    failures: new Map(),
    bans: new Map(),
    utilization: parts.utilization,
    lockNode: null,
    lockTimeS: 0,
    lockReason: "",
    locations: [],
    scoreNotes: [],
    asDependent: [],
    asPrimary: [],
    actions: [],
  };
}
