// Reads the transition graph that crm_simulate writes (`-G`): the actions and their order.

import type { AnswerAction } from "../corpus/answer.ts";
import { closePlan, type Precedence, type Step } from "../corpus/precedence.ts";
import { childOf, childrenOf, readDocument, type XmlElement } from "./document.ts";

/** Actions of a graph without the pseudo-actions, and their closed order. */
export interface Graph {
  readonly actions: readonly AnswerAction[];
  readonly order: Precedence;
}

// Pseudo-actions that one of their inputs is enough for. Nothing but the name tells it.
const ANY_OF = /^(?:clone-)?one-or-more:/;

/** Reads a graph; `name` drops the number of an instance of an anonymous clone. */
export function readGraph(text: string, name: (resource: string) => string): Graph {
  const synapses = childrenOf(readDocument(text), "synapse").flatMap(readSynapse);
  const { order } = closePlan(synapses.map(({ step }) => step));
  return {
    actions: synapses
      .filter(({ step }) => step.isReal)
      .map(({ element }) => readAction(element, name)),
    order,
  };
}

function readSynapse(synapse: XmlElement): readonly { step: Step; element: XmlElement }[] {
  const element = childOf(synapse, "action_set")?.children[0];
  if (element === undefined) return [];
  const inputs = childrenOf(childOf(synapse, "inputs"), "trigger").flatMap(({ children }) =>
    children.map(({ attributes }) => Number(attributes["id"])),
  );
  const isAny = ANY_OF.test(element.attributes["operation"] ?? "");
  const step = {
    id: Number(element.attributes["id"]),
    after: isAny ? [] : inputs,
    afterAny: isAny ? inputs : [],
    isReal: element.name !== "pseudo_event",
  };
  return [{ step, element }];
}

function readAction(element: XmlElement, name: (resource: string) => string): AnswerAction {
  const { operation = "", on_node: node = "" } = element.attributes;
  const facts = childOf(element, "attributes")?.attributes ?? {};
  const primitive = childOf(element, "primitive")?.attributes;
  const id = primitive?.["long-id"] ?? primitive?.["id"];
  const rsc = id === undefined ? null : name(id);
  const bare = { rsc, node, interval: null, detail: "" };
  const interval = Number(facts["CRM_meta_interval"] ?? 0);
  const operationFacts = {
    parameters: Object.fromEntries(
      Object.entries(facts).filter(([key]) => !/^(?:CRM_meta_|crm_feature_set$)/.test(key)),
    ),
    expected: Number(facts["CRM_meta_op_target_rc"] ?? 0),
    source: facts["CRM_meta_migrate_source"] ?? null,
    target: facts["CRM_meta_migrate_target"] ?? null,
  };
  switch (operation) {
    case "stonith":
      return { ...bare, op: "fence", rsc: null, detail: facts["CRM_meta_stonith_action"] ?? "" };
    case "do_shutdown":
      return { ...bare, op: "shutdown", rsc: null };
    case "clear_failcount":
      return { ...bare, op: "clear_failcount" };
    case "cancel":
      return { ...bare, op: "cancel", interval };
    case "monitor":
      return { ...bare, op: "monitor", interval, facts: operationFacts };
    case "notify": {
      // The time after a start is `post start`, as the agent is told, whatever the key says.
      const type = facts["CRM_meta_notify_type"] ?? "";
      return {
        ...bare,
        op: "notify",
        detail: `${type} ${facts["CRM_meta_notify_operation"] ?? ""}`,
      };
    }
    default:
      return {
        ...bare,
        op: operation,
        interval: interval > 0 ? interval : null,
        facts: operationFacts,
      };
  }
}
