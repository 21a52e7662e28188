/** Names everything that a configuration holds, one line each. */
import {
  type Cib,
  type Constraint,
  type NameValues,
  primitivesOf,
  type Resource,
  renderAgentName,
  type ValueSet,
} from "../../agent/core/model/index.ts";
import type { ImportLine } from "./import-line.ts";

/** One line for each thing, in the order of the parts. */
export function listCarried(cib: Cib): readonly ImportLine[] {
  return [
    ...values("property", cib.properties),
    ...sets("properties", cib.propertySets),
    ...values("resource default", cib.resourceDefaults),
    ...sets("resource defaults", cib.resourceDefaultSets),
    ...values("operation default", cib.operationDefaults),
    ...sets("operation defaults", cib.operationDefaultSets),
    ...cib.nodes.flatMap((node) => [
      carried(`node ${node.name}`),
      ...values(`attribute of node ${node.name}`, node.attributes),
      ...sets(`attributes of node ${node.name}`, node.attributeSets),
      ...values(`capacity of node ${node.name}`, node.utilization ?? {}),
    ]),
    ...(cib.templates ?? []).map((each) =>
      carried(`template ${each.id}`, renderAgentName(each.agent)),
    ),
    ...cib.resources.flatMap(resourceLines),
    ...cib.constraints.map(constraintLine),
    ...(cib.tags ?? []).map(({ id, members }) => carried(`tag ${id}`, members.join(", "))),
    ...(cib.fencingLevels ?? []).map(({ id, index, devices }) =>
      carried(`fencing level ${id}`, `level ${index}: ${devices.join(", ")}`),
    ),
  ];
}

function resourceLines(resource: Resource): readonly ImportLine[] {
  const own =
    resource.kind === "primitive"
      ? []
      : [
          carried(`${resource.kind} ${resource.id}`),
          ...sets(`meta attributes of ${resource.id}`, resource.metaSets),
        ];
  const inner =
    resource.kind === "clone" && resource.child.kind === "group"
      ? [carried(`group ${resource.child.id}`)]
      : [];
  const primitives = primitivesOf(resource).flatMap((primitive) => [
    carried(`primitive ${primitive.id}`, renderAgentName(primitive.agent)),
    ...sets(`parameters of ${primitive.id}`, primitive.parameterSets),
    ...sets(`meta attributes of ${primitive.id}`, primitive.metaSets),
    ...primitive.operations.map(({ id }) => carried(`operation ${id}`)),
  ]);
  return [...own, ...inner, ...primitives];
}

function constraintLine(constraint: Constraint): ImportLine {
  const subject = `constraint ${constraint.id}`;
  switch (constraint.kind) {
    case "location":
      return carried(subject, `${constraint.resource} on ${constraint.node}`);
    case "colocation":
      return carried(subject, `${constraint.resource} with ${constraint.withResource}`);
    case "order":
      return carried(subject, `${constraint.first} then ${constraint.then}`);
    case "locationRules":
      return carried(subject, "location by rules, pattern or sets");
    case "colocationSets":
      return carried(subject, "colocation of sets");
    case "orderSets":
      return carried(subject, "order of sets");
  }
}

function values(noun: string, given: NameValues): readonly ImportLine[] {
  return Object.entries(given).map(([name, value]) => carried(`${noun} ${name}`, value));
}

function sets(noun: string, given: readonly ValueSet[] | undefined): readonly ImportLine[] {
  return (given ?? []).map(({ id, values: inside }) =>
    carried(`set ${id}`, `${noun}: ${Object.keys(inside).join(", ")}`),
  );
}

function carried(subject: string, text = ""): ImportLine {
  return { kind: "carried", subject, text };
}
