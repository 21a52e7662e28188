// One run from one seed: a cluster that is set up, suffers faults and changes, and must recover.

import { beginDeepFault, hasDeepFaults } from "./deep-faults.ts";
import { Dice } from "./dice.ts";
import { type FaultKind, pickFault } from "./faults.ts";
import { otherSide, type Side } from "./network.ts";
import { Simulation, TWO_NODE } from "./simulation.ts";
import { explainUnstable } from "./stability.ts";
import { Violation } from "./violation.ts";
import {
  ask,
  CLONES,
  FIRST_CHANGES,
  freeRequests,
  hasClones,
  LAYOUTS,
  type Layout,
  OPERATION_TIMEOUT_MS,
  randomRequest,
  repairRequests,
} from "./workload.ts";

/** After the last fault all is stable within this and the longest operation. */
export const LIVENESS_MS = 60_000;
/** Stable means: nothing moves for so long. */
const STABLE_FOR_MS = 15_000;
const SET_UP_MS = 20_000;

/** What makes a run besides its seed; null: from the seed. */
export interface RunSettings {
  readonly seed: number;
  readonly tokenTimeoutMs: number | null;
  readonly onLine: ((line: string) => void) | null;
  readonly skipsQuiet: boolean;
}

/** What a run did. A run that breaks a check throws a `RunFailure` instead. */
export interface RunResult {
  readonly seed: number;
  readonly hash: string;
  readonly virtualMs: number;
  readonly skippedMs: number;
  readonly events: number;
  readonly checks: number;
  readonly requests: number;
  readonly faults: Readonly<Record<string, number>>;
}

/** A broken check with all that is needed to see it again. */
export class RunFailure extends Error {
  override readonly name = "RunFailure";
}

/** Runs a seed to its end. */
export function runSeed(settings: RunSettings): RunResult {
  const run = new RandomRun(settings);
  try {
    return run.run();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { seed, tokenTimeoutMs } = settings;
    const token = tokenTimeoutMs === null ? "" : ` --token ${tokenTimeoutMs}`;
    const where = error instanceof Violation ? "" : `\n${error.stack ?? ""}`;
    const text = [
      `seed ${seed}, at ${run.sim.timeline.nowMs} ms: ${error.name}: ${error.message}${where}`,
      ...run.sim.trace.last().map((line) => `  ${line}`),
      `repeat with: npm run sim -- --seed ${seed}${token} --trace`,
    ].join("\n");
    throw new RunFailure(text, { cause: error });
  }
}

class RandomRun {
  readonly sim: Simulation;
  readonly #settings: RunSettings;
  readonly #dice: Dice;
  readonly #layout: Layout;
  readonly #ends = new Set<() => void>();
  readonly #faults: Record<string, number> = {};
  #requests = 0;
  #isOver = false;

  constructor(settings: RunSettings) {
    this.#settings = settings;
    this.#dice = new Dice(settings.seed, "run");
    const layout = this.#dice.pick(LAYOUTS);
    this.#layout = hasClones(settings.seed) ? CLONES : layout;
    this.sim = makeSimulation(settings, this.#dice);
  }

  run(): RunResult {
    const { sim } = this;
    sim.startNode(0);
    sim.startNode(1);
    sim.runUntil(SET_UP_MS, () => false);
    this.#setUp();
    sim.runMs(SET_UP_MS);
    const faultyMs = this.#dice.between(20, 60) * 60_000;
    this.#plan(faultyMs);
    if (hasDeepFaults(this.#settings.seed)) this.#planDeepFaults(faultyMs);
    sim.runMs(faultyMs);
    this.#endFaults();
    this.#awaitStable("after the last fault", false);
    this.#repair();
    this.#awaitStable("after the repair", true);
    return this.#result();
  }

  #setUp(): void {
    const changes = [...FIRST_CHANGES, ...this.#layout.changes];
    const request = { kind: "apply", changes, isDryRun: false, by: "setup", atWallMs: 0 } as const;
    ask(this.sim, this.#side(), request);
  }

  /** Faults and requests at random moments, far apart in some runs and close in others. */
  #plan(forMs: number): void {
    const gapMs = this.#dice.pick([5000, 60_000, 120_000, 300_000, 600_000]);
    const { timeline } = this.sim;
    for (let atMs = gapMs; atMs < forMs; atMs += this.#dice.between(1, 2 * gapMs)) {
      timeline.after(atMs, () => {
        if (!this.#isOver) this.#inject(pickFault(this.#dice), this.#dice);
      });
    }
    const adminGapMs = this.#dice.pick([20_000, 120_000, 600_000]);
    for (let atMs = adminGapMs; atMs < forMs; atMs += this.#dice.between(1, 2 * adminGapMs)) {
      timeline.after(atMs, () => this.#administer());
    }
  }

  #planDeepFaults(forMs: number): void {
    const dice = new Dice(this.#settings.seed, "deep checks");
    const gapMs = dice.pick([20_000, 120_000, 300_000]);
    const kind = { name: "deep-check", weight: 0, begin: beginDeepFault };
    for (let atMs = gapMs; atMs < forMs; atMs += dice.between(1, 2 * gapMs)) {
      this.sim.timeline.after(atMs, () => {
        if (!this.#isOver) this.#inject(kind, dice);
      });
    }
  }

  #inject(kind: FaultKind, dice: Dice): void {
    const { sim } = this;
    const lasting = kind.begin({ sim, dice, resources: this.#layout.resources });
    if (lasting === null) return;
    this.#faults[kind.name] = (this.#faults[kind.name] ?? 0) + 1;
    const end = (): void => {
      if (this.#ends.delete(end)) lasting.end();
    };
    this.#ends.add(end);
    sim.timeline.after(lasting.forMs, end);
  }

  /** One request, or one on each node at the same moment. */
  #administer(): void {
    if (this.#isOver) return;
    const side = this.#side();
    const sides: readonly Side[] = this.#dice.happens(300) ? [side, otherSide(side)] : [side];
    for (const each of sides) {
      this.#requests += 1;
      ask(this.sim, each, randomRequest(this.#dice, this.#layout, this.#requests));
    }
  }

  #endFaults(): void {
    this.#isOver = true;
    for (const end of [...this.#ends]) end();
    for (const side of [0, 1] as const) {
      const host = this.sim.hosts[side];
      this.sim.boot(side);
      this.sim.resume(side);
      this.sim.unhangAgent(side);
      // A stop that a failed resource holds up is given up.
      if (host.agent !== null && host.agent.state().stopping !== null) this.sim.killAgent(side);
      if (host.agent === null) this.sim.startNode(side);
    }
    this.sim.write("world", "all faults are over");
  }

  /** A person sets right what failures and changes have left: then everything must run. */
  #repair(): void {
    const side = this.#side();
    for (const request of [...freeRequests(this.#layout.resources), ...repairRequests()]) {
      ask(this.sim, side, request);
    }
  }

  #awaitStable(when: string, runsAll: boolean): void {
    const { sim } = this;
    const explain = (): string | null => {
      return explainUnstable(sim, runsAll ? this.#layout.resources : []);
    };
    const limitMs = LIVENESS_MS + OPERATION_TIMEOUT_MS;
    const endMs = sim.timeline.nowMs + limitMs;
    let sinceMs: number | null = null;
    while (sim.timeline.nowMs < endMs) {
      sim.runMs(1000);
      // A stop that somebody asked for before may come to its end only now.
      for (const side of [0, 1] as const) if (sim.isNodeStopped(side)) sim.startNode(side);
      if (explain() !== null) sinceMs = null;
      else sinceMs ??= sim.timeline.nowMs;
      if (sinceMs !== null && sim.timeline.nowMs - sinceMs >= STABLE_FOR_MS) return;
    }
    const why = explain() ?? "it does not stay stable";
    throw new Violation(`not stable within ${limitMs} ms ${when}: ${why}`, sim.timeline.nowMs);
  }

  #side(): Side {
    return this.#dice.below(2) === 0 ? 0 : 1;
  }

  #result(): RunResult {
    const { sim } = this;
    return {
      seed: this.#settings.seed,
      hash: sim.trace.digest(),
      virtualMs: sim.timeline.nowMs,
      skippedMs: sim.skippedMs,
      events: sim.timeline.eventCount,
      checks: sim.checks.count,
      requests: this.#requests,
      faults: this.#faults,
    };
  }
}

function makeSimulation(settings: RunSettings, dice: Dice): Simulation {
  const { seed, onLine, skipsQuiet } = settings;
  const picked = dice.pick([200, 1000, 1000, 1000, 5000]);
  const waitsForAll = dice.happens(250);
  return new Simulation({
    seed,
    tokenTimeoutMs: settings.tokenTimeoutMs ?? picked,
    isSupervised: dice.happens(500),
    quorum: { ...TWO_NODE, waitsForAll, aloneAfterMs: waitsForAll ? null : 5000 },
    onLine,
    skipsQuiet,
  });
}
