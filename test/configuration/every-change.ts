/** A change of every kind, with every optional member. */
import type { Change, LocationRuleInput, Rule } from "../../agent/core/model/index.ts";
import { FULL_CIB, isEqual, ruleOf } from "./full-cib.ts";

const RULE: Rule = ruleOf("", isEqual("#uname", "ip1"), {
  kind: "rule",
  id: "",
  combine: "or",
  conditions: [
    {
      kind: "attribute",
      attribute: "pingd",
      operation: "not_defined",
      value: null,
      type: null,
      valueSource: "literal",
    },
    {
      kind: "date",
      operation: "in_range",
      start: "2026-01-01",
      end: null,
      duration: { months: "3" },
      spec: null,
    },
  ],
});
const RULE_INPUT: LocationRuleInput = {
  rule: RULE,
  score: "5",
  scoreAttribute: null,
  role: "Promoted",
};
const SETS = [
  { resources: ["web", "pair"], options: { sequential: "false", action: "start" } },
  { resources: ["base-clone"], options: {} },
];
const OPERATION = { name: "monitor", options: { interval: "7s" } };

type EveryChange = {
  readonly [Kind in Change["kind"]]: Change & { readonly kind: Kind };
};

const CREATE: EveryChange["createResource"] = {
  kind: "createResource",
  id: "new",
  agent: { standard: "systemd", provider: null, type: "haproxy" },
  parameters: { a: "1" },
  meta: { priority: "1" },
  operations: [OPERATION],
  defaultOperations: [
    { id: "new-start", name: "start", intervalMs: 0, timeoutMs: null, options: {} },
  ],
  group: null,
  before: null,
  after: null,
  clone: { id: "new-clone", meta: { interleave: "true" } },
};

const ORDER: EveryChange["addOrder"] = {
  kind: "addOrder",
  id: null,
  first: "db-clone",
  firstAction: "promote",
  // biome-ignore lint/suspicious/noThenProperty: the word of the constraint; never awaited.
  then: "pair",
  thenAction: "start",
  strength: "Optional",
  isSymmetrical: false,
  needsAll: false,
};

/** By its kind; each can be made to `FULL_CIB`. */
export const EVERY_CHANGE: EveryChange = {
  setProperties: { kind: "setProperties", values: { "batch-limit": "7" } },
  setResourceDefaults: { kind: "setResourceDefaults", values: { priority: "3" } },
  setOperationDefaults: { kind: "setOperationDefaults", values: { timeout: "21s" } },
  setNodeAttributes: { kind: "setNodeAttributes", node: "ip2", values: { standby: "" } },
  createResource: CREATE,
  updateResource: {
    kind: "updateResource",
    id: "web",
    parameters: { port: "" },
    meta: { priority: "4" },
    operations: [OPERATION],
  },
  deleteResource: { kind: "deleteResource", id: "db" },
  setResourceMeta: { kind: "setResourceMeta", ids: ["web"], values: { priority: "4" } },
  addOperation: { kind: "addOperation", id: "web", operation: OPERATION },
  removeOperation: {
    kind: "removeOperation",
    id: "web",
    operation: { name: "monitor", options: {} },
  },
  groupResources: {
    kind: "groupResources",
    group: "pair",
    members: ["web"],
    before: "disk",
    after: null,
  },
  ungroupResources: { kind: "ungroupResources", group: "pair", members: ["disk"] },
  cloneResource: {
    kind: "cloneResource",
    id: "web",
    clone: { id: null, meta: { promotable: "true" } },
  },
  uncloneResource: { kind: "uncloneResource", id: "db" },
  setResourceUtilization: { kind: "setResourceUtilization", id: "web", values: { cpu: "" } },
  setNodeUtilization: { kind: "setNodeUtilization", node: "ip2", values: { cpu: "4" } },
  createDefaultSet: {
    kind: "createDefaultSet",
    owner: "operation",
    id: null,
    score: "5",
    values: { timeout: "9s" },
    rule: ruleOf("", { kind: "operation", name: "monitor", intervalMs: null }),
  },
  updateDefaultSet: {
    kind: "updateDefaultSet",
    owner: "resource",
    id: "d1",
    values: { priority: "5" },
  },
  deleteDefaultSets: { kind: "deleteDefaultSets", owner: "operation", ids: ["d2"] },
  addLocation: {
    kind: "addLocation",
    id: null,
    resource: "^web",
    node: "ip1",
    score: "5",
    isPattern: true,
    discovery: "never",
  },
  addLocationRule: {
    kind: "addLocationRule",
    id: "rules",
    resource: "db-clone",
    isPattern: false,
    rule: RULE_INPUT,
    discovery: "exclusive",
  },
  addRule: {
    kind: "addRule",
    constraint: "l2",
    rule: { ...RULE_INPUT, score: null, scoreAttribute: "pingd" },
  },
  addColocation: {
    kind: "addColocation",
    id: null,
    resource: "pair",
    withResource: "db-clone",
    score: "INFINITY",
    role: "Started",
    withRole: "Promoted",
    influence: false,
    nodeAttribute: "site",
  },
  addColocationSets: {
    kind: "addColocationSets",
    id: null,
    score: "20",
    sets: SETS,
    influence: true,
    nodeAttribute: "site",
  },
  addOrder: ORDER,
  addOrderSets: {
    kind: "addOrderSets",
    id: null,
    strength: "Optional",
    isSymmetrical: true,
    sets: SETS,
  },
  removeFromOrders: { kind: "removeFromOrders", resources: ["base-clone"] },
  replaceConfiguration: {
    kind: "replaceConfiguration",
    cib: { ...FULL_CIB, properties: { "batch-limit": "9" } },
  },
  deleteConstraints: { kind: "deleteConstraints", ids: ["l2-rule", "c1"] },
  createTag: { kind: "createTag", id: "t", members: ["web", "db-clone"] },
  updateTag: {
    kind: "updateTag",
    id: "both",
    add: ["db-clone"],
    remove: ["web"],
    before: "pair",
    after: null,
  },
  deleteTags: { kind: "deleteTags", ids: ["both"] },
  addFencingLevel: {
    kind: "addFencingLevel",
    target: { kind: "attribute", attribute: "site", value: "b" },
    index: "1",
    devices: ["fence-1"],
  },
  removeFencingLevels: {
    kind: "removeFencingLevels",
    index: "1",
    target: { kind: "node", node: "ip1" },
    devices: [],
  },
  moveResource: { kind: "moveResource", id: "web", node: null, activeOn: ["ip1"] },
  banResource: {
    kind: "banResource",
    id: "db-clone",
    node: "ip1",
    activeOn: [],
    until: "2026-11-21T17:00:00Z",
    isPromoted: true,
  },
  clearResource: { kind: "clearResource", id: "web", node: null },
};
