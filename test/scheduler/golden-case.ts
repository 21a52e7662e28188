import {
  type Cib,
  emptyCib,
  emptyHistory,
  type FencingLevel,
  type NameValues,
  type NodeHistory,
  type NodeState,
  type SchedulerInput,
  type ValueSet,
} from "../../agent/core/model/index.ts";
import type { AnswerParts } from "./golden-answer.ts";
import { buildConstraint } from "./golden-constraints.ts";
import { buildFailcount, buildResourceHistory, CASE_NOW } from "./golden-history.ts";
import {
  buildResource,
  buildTemplate,
  type WrittenPrimitive,
  type WrittenResource,
} from "./golden-resources.ts";
import { buildRule } from "./golden-rules.ts";

export { renderTransition } from "./golden-answer.ts";
export { CASE_NOW } from "./golden-history.ts";

/**
 * How a node stands. `pending`: a member whose agent has not joined; `leaving`: it asked to shut
 * down; `unseen`: never seen, so that it has to be fenced where `startup-fencing` holds.
 */
export type WrittenPresence = NodeState["presence"] | "pending" | "leaving" | "unseen";

/** Values that hold while a rule does (see `buildRule`), in one of the three places for them. */
export interface WrittenSet {
  readonly in: "properties" | "resourceDefaults" | "operationDefaults";
  readonly rule: string;
  readonly score?: number;
  readonly values: NameValues;
}

/** The input of a golden case: what is left out is empty, quorate and at a late instant. */
export interface WrittenCase extends AnswerParts {
  /** The rule that the case shows, one sentence. */
  readonly rule: string;
  readonly properties?: NameValues;
  readonly resourceDefaults?: NameValues;
  readonly operationDefaults?: NameValues;
  readonly ruledSets?: readonly WrittenSet[];
  /** Presence by node, in the order of the configuration. */
  readonly nodes?: Readonly<Record<string, WrittenPresence>>;
  readonly nodeAttributes?: Readonly<Record<string, NameValues>>;
  readonly nodeUtilization?: Readonly<Record<string, NameValues>>;
  readonly transientAttributes?: Readonly<Record<string, NameValues>>;
  readonly templates?: readonly WrittenPrimitive[];
  readonly resources?: readonly WrittenResource[];
  /** Lists of ids by the name that constraints use for them. */
  readonly tags?: Readonly<Record<string, readonly string[]>>;
  /** See `buildConstraint`. */
  readonly constraints?: readonly string[];
  /** `beta 1 power`, `beta 2 switch-a,switch-b`: node, level, devices. */
  readonly fencingLevels?: readonly string[];
  /**
   * By node and resource: `started`, `stopped`, `promoted`, `unpromoted`, or a list of results such
   * as `probe 7`, `start 0`, `monitor 10s 7`, `stop timeout`, `start pending`. Behind a result:
   * ` @5s` how long ago; ` changed`: it ran with other parameters; ` port=81`: with this one;
   * ` restart=port,user`: a change of these needs a restart, of others a reload; ` to=beta` and
   * ` from=alpha`: the other end of a migration. A line `locked @60s` says since when the resource
   * is kept for the node. Instances of a unique clone are named `web:0`. A node of which nothing is
   * listed has an empty history.
   */
  readonly history?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
  /** By node: `web monitor 10s 1`, `web start INFINITY @90s`. */
  readonly failcounts?: Readonly<Record<string, readonly string[]>>;
  /** Nodes whose history has never arrived. */
  readonly unheard?: readonly string[];
  readonly isQuorate?: boolean;
  readonly hadQuorum?: boolean;
  readonly dc?: string;
  /** The wall-clock time, `2026-05-04T10:00:00Z`; without it rules on dates never hold. */
  readonly wallNow?: string;
}

/** What a case may say: a name that is misspelt would otherwise say nothing. */
const NAMES: Readonly<Record<keyof WrittenCase, true>> = {
  rule: true,
  properties: true,
  resourceDefaults: true,
  operationDefaults: true,
  ruledSets: true,
  nodes: true,
  nodeAttributes: true,
  nodeUtilization: true,
  transientAttributes: true,
  templates: true,
  resources: true,
  tags: true,
  constraints: true,
  fencingLevels: true,
  history: true,
  failcounts: true,
  unheard: true,
  isQuorate: true,
  hadQuorum: true,
  dc: true,
  wallNow: true,
  show: true,
  hide: true,
};

/** The names in a case that mean nothing. */
export function unknownNames(written: WrittenCase): readonly string[] {
  return Object.keys(written).filter((name) => !Object.hasOwn(NAMES, name));
}

/** Builds the scheduler's input out of a written case. */
export function buildInput(written: WrittenCase): SchedulerInput {
  const nodes = written.nodes ?? { alpha: "online", beta: "online" };
  const cib = buildCib(written, Object.keys(nodes));
  const heard = Object.keys(nodes).filter((name) => !written.unheard?.includes(name));
  return {
    cib,
    nodes: Object.entries(nodes).map(([name, presence]) => ({
      name,
      ...readPresence(written, presence),
    })),
    histories: heard.map((name) => buildHistory(written, cib, name)),
    isQuorate: written.isQuorate ?? true,
    now: CASE_NOW,
    ...(written.hadQuorum === undefined ? {} : { hadQuorum: written.hadQuorum }),
    ...(written.dc === undefined ? {} : { dc: written.dc }),
    ...(written.wallNow === undefined ? {} : { wallNowMs: Date.parse(written.wallNow) }),
  };
}

function buildCib(written: WrittenCase, nodes: readonly string[]): Cib {
  const templates = (written.templates ?? []).map(buildTemplate);
  return {
    ...emptyCib(nodes),
    properties: written.properties ?? {},
    propertySets: buildSets(written, "properties"),
    resourceDefaults: written.resourceDefaults ?? {},
    resourceDefaultSets: buildSets(written, "resourceDefaults"),
    operationDefaults: written.operationDefaults ?? {},
    operationDefaultSets: buildSets(written, "operationDefaults"),
    nodes: nodes.map((name) => ({
      name,
      attributes: written.nodeAttributes?.[name] ?? {},
      utilization: written.nodeUtilization?.[name] ?? {},
    })),
    templates,
    resources: (written.resources ?? []).map((each) => buildResource(each, templates)),
    constraints: (written.constraints ?? []).map(buildConstraint),
    tags: Object.entries(written.tags ?? {}).map(([id, members]) => ({ id, members })),
    fencingLevels: (written.fencingLevels ?? []).map(buildFencingLevel),
  };
}

function buildSets({ ruledSets = [] }: WrittenCase, where: WrittenSet["in"]): readonly ValueSet[] {
  return ruledSets
    .filter((set) => set.in === where)
    .map(({ rule, score = 0, values }, index) => {
      const id = `${where}-set-${index}`;
      return { id, score, rule: buildRule(rule, `${id}-rule`), values };
    });
}

function buildFencingLevel(text: string, index: number): FencingLevel {
  const [node = "", level, devices = ""] = text.split(" ");
  const target = { kind: "node", node } as const;
  return { id: `level-${index}`, target, index: Number(level), devices: devices.split(",") };
}

function readPresence(
  { properties = {} }: WrittenCase,
  presence: WrittenPresence,
): Omit<NodeState, "name"> {
  switch (presence) {
    case "pending":
      return { presence: "online", isPending: true };
    case "leaving":
      return { presence: "online", isLeaving: true };
    case "unseen": {
      const isFenced = ["stonith-enabled", "startup-fencing"].every(
        (name) => properties[name] !== "false",
      );
      return { presence: isFenced ? "unclean" : "offline", wasNeverSeen: true };
    }
    default:
      return { presence };
  }
}

function buildHistory(written: WrittenCase, cib: Cib, node: string): NodeHistory {
  const resources = Object.entries(written.history?.[node] ?? {});
  const wallNowMs = written.wallNow === undefined ? 0 : Date.parse(written.wallNow);
  return {
    ...emptyHistory(node),
    resources: resources.map(([id, results]) =>
      buildResourceHistory({ cib, node, wallNowMs }, id, results),
    ),
    failcounts: (written.failcounts?.[node] ?? []).map(buildFailcount),
    attributes: written.transientAttributes?.[node] ?? {},
  };
}
