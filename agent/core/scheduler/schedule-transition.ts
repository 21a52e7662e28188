import type { SchedulerInput, Transition } from "../model/index.ts";
import {
  clearOrphanFailcounts,
  createActions,
  handleConfigurationChanges,
  scheduleFencingAndShutdowns,
  scheduleProbes,
} from "./act/index.ts";
import { applyOrderings } from "./apply-orderings.ts";
import { assignResources } from "./assign.ts";
import { indexTargets } from "./constraint-targets.ts";
import { describeTransition } from "./describe-transition.ts";
import { findFutile } from "./futile-steps.ts";
import { createGraph } from "./graph.ts";
import { addInternalConstraints } from "./internal-constraints.ts";
import { applyNodeCriteria, readWorking } from "./read/index.ts";
import { withoutUnderWay } from "./under-way.ts";
import { unpackColocation, unpackColocationSets } from "./unpack-colocations.ts";
import { unpackOrder, unpackOrderSets } from "./unpack-orders.ts";
import type { Working } from "./working.ts";

/**
 * Decides what the cluster does next: where every resource should be and in which role, and the
 * operations, fencing and clean-up that lead there, ordered so that nothing is ever active where
 * it must not be. A pure function of its input. Everything means what it means in Pacemaker, except
 * where docs/decisions/0009-scheduler-follows-pacemaker.md says otherwise.
 */
export function scheduleTransition(input: SchedulerInput): Transition {
  const { transition, futile } = plan(input, new Set());
  return futile.size === 0 ? transition() : plan(input, futile).transition();
}

interface Plan {
  readonly transition: () => Transition;
  readonly futile: ReadonlySet<string>;
}

function plan(input: SchedulerInput, futile: ReadonlySet<string>): Plan {
  const working = readWorking(input);
  for (const step of futile) working.futile.add(step);
  const before = describeTransition.before(working);
  unpackConstraints(working);
  applyNodeCriteria(working);
  addInternalConstraints(working);
  handleConfigurationChanges(working);
  assignResources(working);
  scheduleProbes(working);
  if (working.options.stopsOrphans) clearOrphanFailcounts(working);
  for (const resource of working.resources) createActions(working, resource);
  scheduleFencingAndShutdowns(working);
  applyOrderings(working);
  const graph = withoutUnderWay(working, createGraph(working));
  return {
    transition: () => describeTransition.whole(working, before, graph),
    futile: findFutile(working),
  };
}

function unpackConstraints(working: Working): void {
  const targets = indexTargets(working);
  for (const constraint of working.cib.constraints) {
    switch (constraint.kind) {
      case "colocation":
        unpackColocation(working, targets, constraint);
        break;
      case "colocationSets":
        unpackColocationSets(working, targets, constraint);
        break;
      case "order":
        unpackOrder(working, targets, constraint);
        break;
      case "orderSets":
        unpackOrderSets(working, targets, constraint);
        break;
      case "location":
      case "locationRules":
        break;
    }
  }
}
