/** Whether the configuration works at all: the scheduler is asked with everything at its best. */
import { readBoolean } from "../../agent/core/configuration/index.ts";
import {
  type CibNode,
  emptyHistory,
  listPrimitives,
  primitivesOf,
  type ResourceId,
  type SchedulerInput,
  type Transition,
} from "../../agent/core/model/index.ts";
import { errorOf, type Finding, warningOf } from "./finding.ts";
import { hasWork, runSteps, STEPS_MAX } from "./run-steps.ts";

/**
 * Resources that could run nowhere though both nodes were there and nothing had ever failed, orders
 * that wait for each other, and plans without an end.
 */
export function verifyPlacement(input: SchedulerInput): readonly Finding[] {
  const ideal = idealInput(input);
  const { steps, next } = runSteps(ideal, { stepsMax: STEPS_MAX });
  const [first] = steps;
  return [
    ...(first === undefined ? [] : findLoops(first.transition)),
    ...findHomeless(next),
    ...(hasWork(next) ? [restless(next)] : []),
  ];
}

/** All nodes members and in service, nothing known of any resource; attributes stay. */
function idealInput(input: SchedulerInput): SchedulerInput {
  const served = ({ attributes, ...node }: CibNode): CibNode => {
    const { standby: _, maintenance: __, ...rest } = attributes;
    return { ...node, attributes: rest };
  };
  const { "maintenance-mode": _, "stop-all-resources": __, ...properties } = input.cib.properties;
  // Without a score nothing is promoted, and agents set theirs only once they run.
  const scores = Object.fromEntries(listPromotable(input).map((id) => [`master-${id}`, "1"]));
  const isSaid = input.nodes.some(({ isMember }) => isMember !== undefined);
  return {
    ...input,
    cib: {
      ...input.cib,
      // Fencing without a device is a finding of its own, and would stop everything here.
      properties: hasDevice(input) ? properties : { ...properties, "stonith-enabled": "false" },
      nodes: input.cib.nodes.map(served),
    },
    nodes: input.nodes.map(({ name }) => ({
      name,
      presence: "online",
      ...(isSaid ? { isMember: true } : {}),
    })),
    histories: input.nodes.map(({ name }) => {
      const known = input.histories.find(({ node }) => node === name)?.attributes ?? {};
      const { standby: ___, maintenance: ____, shutdown: _____, ...attributes } = known;
      return { ...emptyHistory(name), attributes: { ...scores, ...attributes } };
    }),
    isQuorate: true,
  };
}

function listPromotable({ cib }: SchedulerInput): readonly ResourceId[] {
  return cib.resources
    .filter(({ kind, meta }) => kind === "clone" && readBoolean(meta, "promotable", false))
    .flatMap((clone) => primitivesOf(clone).map(({ id }) => id));
}

function hasDevice({ cib }: SchedulerInput): boolean {
  return listPrimitives(cib).some(({ agent }) => agent.standard === "stonith");
}

function findLoops({ decisions }: Transition): readonly Finding[] {
  return decisions
    .filter(({ what, resource, from }) => what === "leave" && resource === null && from === null)
    .map(({ reason }) => errorOf("order-cycle", { path: "orders", expected: reason }));
}

/** A disabled resource is stopped on purpose; an instance without a node is one too many. */
function findHomeless({ decisions, states }: Transition): readonly Finding[] {
  const stopped = new Set(
    states
      .filter(({ activeOn, isDisabled, isManaged }) => {
        return activeOn.length === 0 && !isDisabled && isManaged;
      })
      .map(({ resource }) => resource),
  );
  const seen = new Set<string>();
  return decisions.flatMap(({ resource, from, reason }) => {
    if (resource === null || from !== null || !stopped.has(resource) || seen.has(resource))
      return [];
    seen.add(resource);
    const at = reason.indexOf(": ");
    const expected = `can run nowhere, whatever is well: ${at < 0 ? reason : reason.slice(at + 2)}`;
    return [warningOf("runs-nowhere", { path: `resource "${resource}"`, expected })];
  });
}

function restless({ decisions }: Transition): Finding {
  const moved = decisions.filter(({ what }) => what !== "leave").map(({ resource }) => resource);
  const names = [...new Set(moved)].filter((name) => name !== null).join(", ");
  const expected = `never come to rest: after ${STEPS_MAX} plans there is still something to do`;
  return errorOf("no-rest", { path: `resources ${names}`, expected });
}
