/** What is special about each message of the configuration and of changes. */
import type { Change } from "../core/model/index.ts";
import type { ApiMessage, Codec, Field } from "./message-codec.ts";

const NULL: Field = { whenAbsent: "null" };
const LEFT_OUT: Field = { whenAbsent: "leftOut" };
const ACTIONS: readonly unknown[] = ["start", "stop", "promote", "demote"];

const CONDITION: Codec = {
  union: {
    rule: { fields: { conditions: { of: () => CONDITION, isList: true } } },
    attribute: { fields: { value: NULL, type: NULL } },
    date: { fields: { start: NULL, end: NULL, duration: NULL, spec: NULL } },
    resource: { fields: { standard: NULL, provider: NULL, type: NULL } },
    operation: { fields: { intervalMs: NULL } },
  },
};
const RULE: Codec = {
  kind: "rule",
  fields: { conditions: { of: () => CONDITION, isList: true } },
};
const VALUE_SET: Codec = { fields: { rule: { of: () => RULE, whenAbsent: "null" } } };
const VALUE_SETS: Field = { of: () => VALUE_SET, isList: true, whenAbsent: "leftOut" };

const AGENT_NAME: Codec = { fields: { provider: NULL } };
const OPERATION: Codec = {
  fields: { timeoutMs: NULL, optionSets: VALUE_SETS, parameters: LEFT_OUT },
};
const RUNNABLE = {
  agent: { of: () => AGENT_NAME },
  operations: { of: () => OPERATION, isList: true },
  parameterSets: VALUE_SETS,
  metaSets: VALUE_SETS,
  utilization: LEFT_OUT,
  utilizationSets: VALUE_SETS,
};
const TEMPLATE: Codec = { fields: RUNNABLE };
const PRIMITIVE: Codec = { kind: "primitive", fields: { ...RUNNABLE, template: LEFT_OUT } };
const RESOURCE: Codec = {
  union: {
    primitive: { fields: { ...RUNNABLE, template: LEFT_OUT } },
    group: {
      fields: {
        members: { of: () => PRIMITIVE, isList: true },
        metaSets: VALUE_SETS,
        parameters: LEFT_OUT,
      },
    },
    clone: {
      fields: { child: { of: () => RESOURCE }, metaSets: VALUE_SETS, parameters: LEFT_OUT },
    },
  },
};

const RESOURCE_SET: Codec = {
  fields: {
    saysSequential: LEFT_OUT,
    action: NULL,
    role: NULL,
    score: NULL,
    ordering: NULL,
    strength: NULL,
  },
};
const RESOURCE_SETS: Field = { of: () => RESOURCE_SET, isList: true };
const LOCATION_RULE: Codec = {
  fields: { rule: { of: () => RULE }, role: NULL },
  adapt: { toFields: splitScore, toMembers: joinScore },
};
const LOCATION_TARGET: Codec = {
  union: { resource: {}, pattern: {}, sets: { fields: { sets: RESOURCE_SETS } } },
};
const LOCATION_NODES: Codec = {
  union: { node: {}, rules: { fields: { rules: { of: () => LOCATION_RULE, isList: true } } } },
};
const PLACEMENT = { role: LEFT_OUT, discovery: LEFT_OUT };
const INFLUENCE = { influence: LEFT_OUT, nodeAttribute: LEFT_OUT };
const CONSTRAINT: Codec = {
  union: {
    location: { fields: PLACEMENT },
    locationRules: {
      fields: {
        target: { of: () => LOCATION_TARGET },
        nodes: { of: () => LOCATION_NODES },
        ...PLACEMENT,
      },
    },
    colocation: { fields: { role: LEFT_OUT, withRole: LEFT_OUT, ...INFLUENCE } },
    colocationSets: { fields: { sets: RESOURCE_SETS, ...INFLUENCE } },
    order: { fields: { needsAll: LEFT_OUT } },
    orderSets: { fields: { sets: RESOURCE_SETS } },
  },
};

const FENCING_TARGET: Codec = { union: { node: {}, pattern: {}, attribute: {} } };
const FENCING_LEVEL: Codec = { fields: { target: { of: () => FENCING_TARGET } } };
const NODE: Codec = {
  fields: {
    id: LEFT_OUT,
    attributeSets: VALUE_SETS,
    utilization: LEFT_OUT,
    utilizationSets: VALUE_SETS,
    score: LEFT_OUT,
  },
};

/** The configuration. */
export const CIB_CODEC: Codec = {
  fields: {
    nodes: { of: () => NODE, isList: true },
    resources: { of: () => RESOURCE, isList: true },
    constraints: { of: () => CONSTRAINT, isList: true },
    propertySets: VALUE_SETS,
    resourceDefaultSets: VALUE_SETS,
    operationDefaultSets: VALUE_SETS,
    templates: { of: () => TEMPLATE, isList: true, whenAbsent: "leftOut" },
    tags: LEFT_OUT,
    fencingLevels: { of: () => FENCING_LEVEL, isList: true, whenAbsent: "leftOut" },
  },
};

const CLONE_INPUT: Codec = { fields: { id: NULL } };
const RULE_INPUT: Codec = {
  fields: { rule: { of: () => RULE }, score: NULL, scoreAttribute: NULL, role: NULL },
};
const BOTH_PLACES = { before: NULL, after: NULL };

const CHANGES: Readonly<Record<Change["kind"], Codec>> = {
  setProperties: {},
  setResourceDefaults: {},
  setOperationDefaults: {},
  setNodeAttributes: {},
  createResource: {
    fields: {
      agent: { of: () => AGENT_NAME },
      defaultOperations: { of: () => OPERATION, isList: true },
      group: NULL,
      ...BOTH_PLACES,
      clone: { of: () => CLONE_INPUT, whenAbsent: "leftOut" },
    },
  },
  updateResource: {},
  deleteResource: {},
  setResourceMeta: {},
  addOperation: {},
  removeOperation: {},
  groupResources: { fields: BOTH_PLACES },
  ungroupResources: {},
  cloneResource: { fields: { clone: { of: () => CLONE_INPUT } } },
  uncloneResource: {},
  setResourceUtilization: {},
  setNodeUtilization: {},
  createDefaultSet: {
    fields: { id: NULL, score: NULL, rule: { of: () => RULE, whenAbsent: "null" } },
  },
  updateDefaultSet: {},
  deleteDefaultSets: {},
  addLocation: { fields: { id: NULL, isPattern: LEFT_OUT, discovery: LEFT_OUT } },
  addLocationRule: { fields: { id: NULL, rule: { of: () => RULE_INPUT }, discovery: NULL } },
  addRule: { fields: { rule: { of: () => RULE_INPUT } } },
  addColocation: { fields: { id: NULL, role: LEFT_OUT, withRole: LEFT_OUT, ...INFLUENCE } },
  addColocationSets: { fields: { id: NULL, ...INFLUENCE } },
  addOrder: { fields: { id: NULL, needsAll: LEFT_OUT } },
  addOrderSets: { fields: { id: NULL } },
  removeFromOrders: {},
  replaceConfiguration: {},
  deleteConstraints: {},
  createTag: {},
  updateTag: { fields: BOTH_PLACES },
  deleteTags: {},
  addFencingLevel: { fields: { target: { of: () => FENCING_TARGET } } },
  removeFencingLevels: {
    fields: { index: NULL, target: { of: () => FENCING_TARGET, whenAbsent: "null" } },
  },
  moveResource: { fields: { node: NULL, isPromoted: LEFT_OUT, until: LEFT_OUT } },
  banResource: { fields: { node: NULL, isPromoted: LEFT_OUT, until: LEFT_OUT } },
  clearResource: { fields: { node: NULL } },
};

/** A change of the configuration. */
export const CHANGE_CODEC: Codec = { union: CHANGES };

/** A request that changes state but not the configuration. */
export const COMMAND_CODEC: Codec = {
  union: {
    cleanup: { fields: { resource: NULL, node: NULL } },
    refresh: { fields: { resource: NULL, node: NULL } },
    restartResource: {},
    reloadResource: {},
    setTransientAttributes: {},
    failcountReset: { fields: { resource: NULL, node: NULL } },
    unblockQuorum: {},
    stopNode: {},
  },
};

/** One decision of the scheduler. */
export const DECISION_CODEC: Codec = { fields: { resource: NULL, from: NULL, to: NULL } };

/** True when the actions of an order are ones that this release knows. */
export function hasKnownActions(change: ApiMessage): boolean {
  if (change["kind"] !== "addOrder") return true;
  return [change["firstAction"], change["thenAction"]].every((action) => ACTIONS.includes(action));
}

function splitScore(members: ApiMessage): ApiMessage {
  const { score, ...rest } = members;
  if (typeof score === "number") return { ...rest, score };
  const attribute = typeof score === "object" && score !== null ? Object.values(score)[0] : null;
  return { ...rest, scoreAttribute: attribute };
}

function joinScore(fields: ApiMessage): ApiMessage {
  const { score, scoreAttribute, ...rest } = fields;
  return { ...rest, score: score ?? { attribute: scoreAttribute ?? "" } };
}
