/** Plans, carries out, and plans again from where that leads. */
import type {
  NodeName,
  ResourceId,
  SchedulerInput,
  Transition,
} from "../../agent/core/model/index.ts";
import { scheduleTransition } from "../../agent/core/scheduler/index.ts";
import { type Course, followTransition, type Happening } from "./carry-out-transition.ts";
import type { Fault } from "./fault.ts";
import { injectFaults } from "./inject-fault.ts";

/** More steps than a cluster of two nodes needs to come to rest, whatever happens to it. */
export const STEPS_MAX = 20;

/** One plan and what came of it. */
export interface SimulatedStep {
  readonly input: SchedulerInput;
  readonly transition: Transition;
  readonly happenings: readonly Happening[];
}

/** A whole simulation. */
export interface Simulation {
  readonly steps: readonly SimulatedStep[];
  /** The facts at the end, and what would be planned from there. */
  readonly end: SchedulerInput;
  readonly next: Transition;
  /** Failures that came to pass before the first plan: of what ran already. */
  readonly injected: readonly Fault[];
  /** Failures of operations that were never run. */
  readonly unused: readonly Fault[];
}

/** How far a simulation goes. */
export interface SimulationOptions {
  readonly faults?: readonly Fault[];
  readonly found?: (resource: ResourceId, node: NodeName) => number | null;
  /** At most so many plans; there is always one. */
  readonly stepsMax: number;
}

/**
 * Simulates until nothing is left to do, or for so many steps. A fault of a recurring operation
 * happens once, since the resource may be well again after it was recovered; any other operation
 * fails whenever it runs.
 */
export function runSteps(given: SchedulerInput, options: SimulationOptions): Simulation {
  const { faults = [], found, stepsMax } = options;
  const first = injectFaults(given, faults);
  const used = new Set(first.faults);
  const steps: SimulatedStep[] = [];
  let { input } = first;
  let transition = scheduleTransition(input);
  do {
    const due = faults.filter((fault) => fault.intervalMs === 0 || !used.has(fault));
    const course: Course = { faults: due, ...(found === undefined ? {} : { found }) };
    const carried = followTransition(input, transition, course);
    for (const fault of carried.faults) used.add(fault);
    steps.push({ input, transition, happenings: carried.happenings });
    input = carried.input;
    transition = scheduleTransition(input);
  } while (steps.length < stepsMax && hasWork(transition));
  return {
    steps,
    end: input,
    next: transition,
    injected: [...first.faults],
    unused: faults.filter((fault) => !used.has(fault)),
  };
}

/** True when a transition does anything. */
export function hasWork({ actions }: Transition): boolean {
  return actions.some(({ task }) => task.kind !== "point");
}
