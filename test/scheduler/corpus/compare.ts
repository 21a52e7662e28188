import { readFileSync } from "node:fs";
import type { SchedulerInput, Transition } from "../../../agent/core/model/index.ts";
import { scheduleTransition } from "../../../agent/core/scheduler/index.ts";
import { readConfiguration } from "./read-configuration.ts";
import { readStatus } from "./read-status.ts";
import { parseXml } from "./xml.ts";

/** One action of the corpus. */
interface ExpectedAction {
  readonly op: string;
  readonly rsc?: string;
  readonly node?: string;
  readonly interval?: number;
  readonly cancels?: string;
}

/** The parts of an expected result that are compared. */
interface Expectation {
  readonly now: number | string | null;
  readonly expected: {
    readonly before: { readonly resources: Readonly<Record<string, Record<string, string[]>>> };
    readonly after: { readonly resources: Readonly<Record<string, Record<string, string[]>>> };
    readonly actions: readonly ExpectedAction[];
    readonly edges: readonly (readonly [number, number])[];
    readonly scores: { readonly primitive?: Readonly<Record<string, unknown>> };
  };
}

/** Result of one case, level by level; texts show what differs. */
export interface Comparison {
  readonly state: readonly string[];
  readonly placement: readonly string[];
  readonly core: readonly string[];
  readonly all: readonly string[];
  readonly order: readonly string[];
}

/** Reads a case of the corpus folder as scheduler input. */
export function readCase(folder: string, name: string): SchedulerInput {
  const document = parseXml(readFileSync(`${folder}/${name}.xml`, "utf8"));
  const cib = readConfiguration(document);
  const quorum = document.attributes["have-quorum"];
  const { now } = readExpectation(folder, name);
  return {
    cib,
    ...readStatus(document, cib),
    isQuorate: quorum === "1" || quorum === "true",
    now: readNow(now),
  };
}

/** Runs one case and lists, level by level, what differs from the expected result. */
export function compareCase(folder: string, name: string): Comparison {
  const input = readCase(folder, name);
  const { expected } = readExpectation(folder, name);
  const transition = scheduleTransition(input);
  const own = listOwn(transition);
  return {
    state: differences(listStates(expected.before.resources), listBefore(transition)),
    placement: differences(listStates(expected.after.resources), listAfter(input, transition)),
    core: differences(
      expected.actions.filter(isCore).map(renderExpected),
      own.filter((text) => /^(start|stop|fence) /.test(text)),
    ),
    all: differences(expected.actions.filter((x) => x.op !== "shutdown").map(renderExpected), own),
    order: compareOrder(expected, transition),
  };
}

function readExpectation(folder: string, name: string): Expectation {
  const parsed: Expectation = JSON.parse(readFileSync(`${folder}/${name}.expected.json`, "utf8"));
  return parsed;
}

function readNow(now: number | string | null): number {
  if (now === null) return 3_900_000_000_000;
  if (typeof now === "number") return now * 1000;
  const ordinal = /^(\d{4})-(\d{3})(.*)$/.exec(now);
  if (ordinal === null) return Date.parse(now);
  return (
    Date.parse(`${ordinal[1]}-01-01${ordinal[3] || "T00:00:00Z"}`) +
    (Number(ordinal[2]) - 1) * 86_400_000
  );
}

function isCore({ op }: ExpectedAction): boolean {
  return op === "start" || op === "stop" || op === "fence";
}

function renderExpected(action: ExpectedAction): string {
  const { op, rsc, node } = action;
  switch (op) {
    case "monitor":
    case "cancel":
      return `${op} ${rsc} ${node} ${action.interval ?? 0}`;
    case "fence":
      return `fence ${node}`;
    default:
      return `${op} ${rsc} ${node}`;
  }
}

function listOwn(transition: Transition): readonly string[] {
  return transition.actions.map(renderOwn);
}

function renderOwn({ node, task }: Transition["actions"][number]): string {
  switch (task.kind) {
    case "operation": {
      const { operation, resource, intervalMs } = task.order;
      const interval = operation === "monitor" ? ` ${intervalMs}` : "";
      return `${operation} ${resource} ${node}${interval}`;
    }
    case "cancel":
      return `cancel ${task.resource} ${node} ${task.intervalMs}`;
    case "clearFailcount":
      return `clear_failcount ${task.resource} ${node}`;
    case "deleteHistory":
      return `delete ${task.resource} ${node}`;
    case "fence":
      return `fence ${node}`;
  }
}

function listStates(
  resources: Readonly<Record<string, Record<string, string[]>>>,
): readonly string[] {
  return Object.entries(resources).map(([id, roles]) => {
    const nodes = Object.values(roles).flat();
    return `${id}: ${[...new Set(nodes)].sort().join(" ")}`;
  });
}

function listBefore(transition: Transition): readonly string[] {
  return transition.states.map((state) => `${state.resource}: ${state.activeOn.join(" ")}`);
}

function listAfter(input: SchedulerInput, transition: Transition): readonly string[] {
  const fenced = new Set(
    transition.actions.filter((x) => x.task.kind === "fence").map((x) => x.node),
  );
  const offline = new Set(input.nodes.filter((x) => x.presence === "offline").map((x) => x.name));
  return transition.states.map((state) => {
    const nodes = new Set(state.activeOn.filter((x) => !fenced.has(x) && !offline.has(x)));
    for (const { node, task } of transition.actions) {
      if (task.kind !== "operation" || task.order.resource !== state.resource) continue;
      if (task.order.operation === "stop") nodes.delete(node);
    }
    for (const { node, task } of transition.actions) {
      if (task.kind !== "operation" || task.order.resource !== state.resource) continue;
      if (task.order.operation === "start") nodes.add(node);
    }
    return `${state.resource}: ${[...nodes].sort().join(" ")}`;
  });
}

function compareOrder(
  { actions, edges }: Expectation["expected"],
  transition: Transition,
): readonly string[] {
  const expected = closure(
    actions.map((_action, index) => index),
    edges,
  );
  const own = closure(
    transition.actions.map((action) => action.id),
    transition.actions.flatMap((x) => x.after.map((before) => [before, x.id] as const)),
  );
  const byText = new Map(transition.actions.map((x) => [renderOwn(x), x.id]));
  const missing: string[] = [];
  for (const [first, thens] of expected) {
    for (const second of thens) {
      const [a, b] = [actions[first], actions[second]];
      if (a === undefined || b === undefined) continue;
      const [idA, idB] = [byText.get(renderExpected(a)), byText.get(renderExpected(b))];
      if (idA === undefined || idB === undefined) continue;
      if (!own.get(idA)?.has(idB)) missing.push(`${renderExpected(a)} < ${renderExpected(b)}`);
    }
  }
  return missing.sort();
}

function closure(
  ids: readonly number[],
  edges: readonly (readonly [number, number])[],
): Map<number, Set<number>> {
  const result = new Map(ids.map((id) => [id, new Set<number>()]));
  for (const id of ids) {
    const open = [id];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      for (const [first, second] of edges) {
        if (first !== next || result.get(id)?.has(second)) continue;
        result.get(id)?.add(second);
        open.push(second);
      }
    }
  }
  return result;
}

function differences(expected: readonly string[], own: readonly string[]): readonly string[] {
  const left = [...own];
  const missing: string[] = [];
  for (const text of expected) {
    const at = left.indexOf(text);
    if (at < 0) missing.push(`- ${text}`);
    else left.splice(at, 1);
  }
  return [...missing, ...left.map((text) => `+ ${text}`)].sort();
}
