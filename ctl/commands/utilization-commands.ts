/** `lbctl resource utilization` and `lbctl node utilization`: what there is, and what is used. */
import type { Command } from "commander";
import { type Change, listPrimitives } from "../../agent/core/model/index.ts";
import { refused } from "../ctl-error.ts";
import { parseValues } from "../parse/parse-values.ts";
import { renderNodeUtilization } from "../render/render-config.ts";
import { renderResourceUtilization } from "../render/render-resource-config.ts";
import type { Session } from "../session.ts";
import { addCommand, applyAndReport, FORMAT, type Options, show, WAIT } from "./command-kit.ts";

/** Adds `resource utilization`. */
export function addUtilizationCommand(resource: Command, session: Session): void {
  addCommand(resource, {
    name: "utilization [ID [NAME=[VALUE]...]]",
    summary: "show or set what a resource needs of each capacity of a node",
    options: [FORMAT, WAIT],
    run: (words, options) => showOrSet(session, words, { options, ...OF_RESOURCES }),
  });
}

/** Adds `node utilization`. */
export function addCapacityCommand(node: Command, session: Session): void {
  addCommand(node, {
    name: "utilization [NODE [NAME=[VALUE]...]]",
    summary: "show or set the capacities of a node",
    options: [FORMAT, WAIT],
    run: (words, options) => showOrSet(session, words, { options, ...OF_NODES }),
  });
}

type Cib = Parameters<typeof renderResourceUtilization>[0];

/** Whose utilization it is: how it is changed, found and shown. */
interface Bearers {
  readonly noun: string;
  readonly change: (id: string, values: Readonly<Record<string, string>>) => Change;
  /** The configuration with only this bearer's utilization; null when there is no such bearer. */
  readonly only: (cib: Cib, id: string) => Cib | null;
  readonly facts: (cib: Cib) => readonly object[];
  readonly render: (cib: Cib) => readonly string[];
}

const OF_RESOURCES: Bearers = {
  noun: "resource",
  change: (id, values) => ({ kind: "setResourceUtilization", id, values }),
  only: (cib, id) => {
    const found = listPrimitives(cib).filter((primitive) => primitive.id === id);
    return found.length === 0 ? null : { ...cib, resources: found };
  },
  facts: (cib) =>
    listPrimitives(cib).flatMap(({ id, utilization }) =>
      utilization === undefined ? [] : [{ id, utilization }],
    ),
  render: renderResourceUtilization,
};

const OF_NODES: Bearers = {
  noun: "node",
  change: (node, values) => ({ kind: "setNodeUtilization", node, values }),
  only: (cib, name) => {
    const nodes = cib.nodes.filter((node) => node.name === name);
    return nodes.length === 0 ? null : { ...cib, nodes };
  },
  facts: (cib) =>
    cib.nodes.flatMap(({ name, utilization }) =>
      utilization === undefined ? [] : [{ name, utilization }],
    ),
  render: (cib) => renderNodeUtilization(cib.nodes),
};

function showOrSet(
  session: Session,
  words: readonly string[],
  { options, noun, change, only, facts, render }: Bearers & { readonly options: Options },
): Promise<void> {
  const [id, ...pairs] = words;
  return session.withAgent(async (agent) => {
    if (id !== undefined && pairs.length > 0) {
      await applyAndReport(session, agent, { changes: [change(id, parseValues(pairs))], options });
      return;
    }
    const whole = await agent.getCib();
    const cib = id === undefined ? whole : only(whole, id);
    if (cib === null) throw refused(`unable to find a ${noun}: ${id}`);
    show(session, options, { facts: facts(cib), render: () => render(cib).join("\n") });
  });
}
