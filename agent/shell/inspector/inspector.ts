/**
 * Looks again and again whether this host could run its resources now, and what they read here. One
 * resource after the other, and no further one once the node is busy, so that it is never in the
 * way of what runs; what hangs is left behind.
 */
import type { ResourceAgent } from "../../../resource-agents/contract.ts";
import { canonicalJson, compareText } from "../../core/base/index.ts";
import type {
  Inspection,
  OperationOrder,
  ReadinessFinding,
  ResourceInspection,
} from "../../core/model/index.ts";
import { renderAgentName } from "../../core/model/index.ts";
import { untilBeatMs } from "../clock/index.ts";
import { type ActionPorts, oneLine, questionContext } from "../executor/index.ts";
import { FileDigests } from "./file-digests.ts";
import { inspectResource, type Look } from "./inspect-resource.ts";

/** How often the host is looked at. The core calls what is four times as old unknown. */
const INTERVAL_MS = 30_000;
/** How often is looked whether there is an occasion. */
const TICK_MS = 1000;
/** An agent's metadata are read anew after so many inspections: its package may be updated. */
const AGENTS_KEPT_FOR = 20;
const RESOURCE_MAX_MS = 15_000;
/** Each may hold one of the four threads that all file operations of this process share. */
const HANGING_MAX = 2;
/** What is compared in all: beyond it, it is no configuration that people look after. */
const FACTS_MAX = 3000;

/** What the inspector is made of. */
export interface InspectorPorts extends ActionPorts {
  readonly findAgent: (name: string) => Promise<ResourceAgent | null>;
  /** A probe of each resource; null while this node is busy. */
  readonly resources: () => readonly OperationOrder[] | null;
  /** True while operations run, or are about to: they must not wait for a look. */
  readonly isBusy: () => boolean;
  /** Changes with all that makes a look worth while: the configuration, the end of operations. */
  readonly occasion: () => string;
  /** `askId`: the last that was asked for when it began; 0: none. */
  readonly onInspected: (inspection: Inspection, askId: number) => void;
  /** How long one resource is waited for, in milliseconds; 15 s by default. */
  readonly resourceMaxMs?: number;
}

/** The running inspector. */
export interface Inspector {
  /** Looks as soon as the node is not busy, at all of it anew; ids grow. */
  readonly inspectNow: (askId: number) => void;
  readonly close: () => void;
}

/** Starts inspecting, a moment after it is called: the start of the agent is not to wait for it. */
export function openInspector(ports: InspectorPorts): Inspector {
  const running = new RunningInspector(ports);
  running.start();
  return { inspectNow: (askId) => running.inspectNow(askId), close: () => running.close() };
}

class RunningInspector {
  readonly #ports: InspectorPorts;
  readonly #digests = new FileDigests();
  readonly #abort = new AbortController();
  #agents = new Map<string, ResourceAgent>();
  /** What an agent found the last time, by order: with other parameters it counts no more. */
  readonly #last = new Map<string, ResourceInspection>();
  /** Resources whose look has not ended: one of them is under way, the others are left behind. */
  readonly #hanging = new Set<string>();
  #timer: NodeJS.Timeout | null = null;
  #occasion = "";
  #dueAtMs = 0;
  #pass = 0;
  /** The last question for a look, and the last that a look has begun for. */
  #askedId = 0;
  #begunId = 0;

  constructor(ports: InspectorPorts) {
    this.#ports = ports;
  }

  start(): void {
    if (this.#abort.signal.aborted) return;
    this.#timer = setTimeout(() => this.#tick(), untilBeatMs(TICK_MS));
  }

  inspectNow(askId: number): void {
    this.#askedId = askId;
  }

  close(): void {
    this.#abort.abort();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #tick(): void {
    const occasion = this.#ports.occasion();
    const isAsked = this.#askedId > this.#begunId;
    const isDue = isAsked || occasion !== this.#occasion || performance.now() >= this.#dueAtMs;
    const orders = isDue ? this.#ports.resources() : null;
    if (orders === null) {
      this.start();
      return;
    }
    this.#occasion = occasion;
    this.#dueAtMs = performance.now() + INTERVAL_MS;
    const look = { askId: this.#askedId, isAsked };
    void this.#inspectAll(orders, look).then(() => this.start());
  }

  async #inspectAll(
    orders: readonly OperationOrder[],
    { askId, isAsked }: { readonly askId: number; readonly isAsked: boolean },
  ): Promise<void> {
    const resources: ResourceInspection[] = [];
    // Who asks wants to know how things are, and not how they were some looks ago.
    if (isAsked) this.#pass = 0;
    if (this.#pass % AGENTS_KEPT_FOR === 0) this.#agents = new Map();
    const comingAddresses = addressesOf(orders);
    for (const order of orders) {
      if (this.#ports.isBusy()) {
        // A failover, for one: it gets the host to itself, and all is looked at after it.
        this.#dueAtMs = 0;
        return;
      }
      resources.push(await this.#inspect(order, comingAddresses));
      if (this.#abort.signal.aborted) return;
    }
    this.#pass += 1;
    this.#begunId = askId;
    const keys = new Set(orders.map((order) => canonicalJson(order)));
    for (const key of this.#last.keys()) if (!keys.has(key)) this.#last.delete(key);
    resources.sort((a, b) => compareText(a.resource, b.resource));
    this.#ports.onInspected({ resources: withinLimit(resources) }, askId);
  }

  async #inspect(
    order: OperationOrder,
    comingAddresses: readonly string[],
  ): Promise<ResourceInspection> {
    const { resource } = order;
    const key = canonicalJson(order);
    const before = this.#last.get(key);
    // What could not be looked at is compared as it was, and not as if all of it had gone.
    const facts = before?.facts ?? [];
    const without = (finding: ReadinessFinding): ResourceInspection => {
      return { resource, findings: [finding], facts };
    };
    const maxMs = this.#ports.resourceMaxMs ?? RESOURCE_MAX_MS;
    const late = without(warning(`the check did not end within ${maxMs / 1000} s`));
    if (this.#hanging.has(resource)) return late;
    if (this.#hanging.size >= HANGING_MAX) {
      const others = [...this.#hanging].join(" and ");
      return without(warning(`not checked: the checks of ${others} do not end`));
    }
    const signal = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(maxMs)]);
    const ended = endedLate(signal, late);
    try {
      const agent = await this.#findAgent(renderAgentName(order.agent));
      if (typeof agent === "string") {
        this.#last.delete(key);
        return { ...without(blocker(agent)), facts: [] };
      }
      const context = { ...questionContext(order, this.#ports, signal), comingAddresses };
      return await Promise.race([this.#look(agent, { context, before, key }), ended.promise]);
    } catch (error) {
      // One agent's mistake is a word about its resource, not the end of the daemon.
      const reason = oneLine(error instanceof Error ? error.message : String(error));
      return without(warning(`the check broke: ${reason}`));
    } finally {
      ended.end();
    }
  }

  async #look(
    agent: ResourceAgent,
    { key, ...look }: Pick<Look, "context" | "before"> & { readonly key: string },
  ): Promise<ResourceInspection> {
    const { resource } = look.context;
    this.#hanging.add(resource);
    try {
      const parts = { ...look, digests: this.#digests, pass: this.#pass };
      const found = await inspectResource(agent, parts);
      this.#last.set(key, found);
      return found;
    } finally {
      this.#hanging.delete(resource);
    }
  }

  async #findAgent(name: string): Promise<ResourceAgent | string> {
    const known = this.#agents.get(name);
    if (known !== undefined) return known;
    const agent = await this.#ports.findAgent(name);
    if (agent === null) return `agent ${name}: is not on this node, or cannot be read`;
    this.#agents.set(name, agent);
    return agent;
  }
}

/**
 * Addresses that resources of the cluster would bring here with a failover: all agents of addresses
 * have them in a parameter of this name. Whether they come before the server that listens on them
 * is for the constraints to say.
 */
function addressesOf(orders: readonly OperationOrder[]): readonly string[] {
  return orders.flatMap(({ parameters }) => parameters["ip"] || []);
}

/** The peer gets it in one message, which has a limit: what is beyond is not compared. */
function withinLimit(resources: readonly ResourceInspection[]): readonly ResourceInspection[] {
  let left = FACTS_MAX;
  return resources.map((one) => {
    const facts = one.facts.slice(0, left);
    left -= facts.length;
    if (facts.length === one.facts.length) return one;
    const finding = warning(`${one.facts.length - facts.length} things are too many to compare`);
    return { ...one, facts, findings: [...one.findings, finding] };
  });
}

/** Says that a check did not end, some time after it was told to. */
function endedLate(
  signal: AbortSignal,
  late: ResourceInspection,
): { readonly promise: Promise<ResourceInspection>; readonly end: () => void } {
  let end = (): void => {};
  const promise = new Promise<ResourceInspection>((resolve) => {
    const onAbort = (): void => resolve(late);
    signal.addEventListener("abort", onAbort, { once: true });
    end = () => signal.removeEventListener("abort", onAbort);
  });
  return { promise, end };
}

function blocker(problem: string): ReadinessFinding {
  return { severity: "blocks", problem, remedy: "" };
}

function warning(problem: string): ReadinessFinding {
  return { severity: "warns", problem, remedy: "" };
}
