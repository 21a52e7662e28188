/** The shapes of what the cluster runs: primitives, groups, clones and templates. */
import type {
  AgentName,
  Clone,
  Group,
  OperationDefinition,
  Primitive,
  Resource,
  ResourceTemplate,
} from "../model/index.ts";
import {
  kindOf,
  type Member,
  namesOf,
  type Place,
  readChoice,
  readCount,
  readList,
  readNameValues,
  readNullable,
  readObject,
  readText,
  whenGiven,
} from "./json-shape.ts";
import { readValueSets } from "./parse-rules.ts";

const TEMPLATE = namesOf<ResourceTemplate>({
  id: true,
  agent: true,
  parameters: true,
  parameterSets: true,
  meta: true,
  metaSets: true,
  operations: true,
  utilization: true,
  utilizationSets: true,
});
const PRIMITIVE = [
  ...TEMPLATE,
  ...namesOf<Omit<Primitive, keyof ResourceTemplate>>({ kind: true, template: true }),
];
const GROUP = namesOf<Group>({
  kind: true,
  id: true,
  meta: true,
  metaSets: true,
  parameters: true,
  members: true,
});
const CLONE = namesOf<Clone>({
  kind: true,
  id: true,
  meta: true,
  metaSets: true,
  parameters: true,
  child: true,
});
const OPERATION = namesOf<OperationDefinition>({
  id: true,
  name: true,
  intervalMs: true,
  timeoutMs: true,
  options: true,
  optionSets: true,
  parameters: true,
});

/** A primitive, a group or a clone. */
export function readResource(place: Place): Resource {
  return kindOf(place) === "clone" ? readClone(place) : readPrimitiveOrGroup(place);
}

/** What primitives of one kind share. */
export function readTemplate(place: Place): ResourceTemplate {
  return readObject(place, TEMPLATE, readRunnable);
}

function readPrimitiveOrGroup(place: Place): Primitive | Group {
  return kindOf(place) === "group" ? readGroup(place) : readPrimitive(place);
}

function readClone(place: Place): Clone {
  return readObject(place, CLONE, (member) => ({
    kind: readChoice(member("kind"), ["clone"]),
    ...readBearer(member),
    child: readPrimitiveOrGroup(member("child")),
  }));
}

function readGroup(place: Place): Group {
  return readObject(place, GROUP, (member) => ({
    kind: readChoice(member("kind"), ["group"]),
    ...readBearer(member),
    members: readList(member("members"), readPrimitive),
  }));
}

function readBearer(member: Member): Pick<Group, "id" | "meta" | "metaSets" | "parameters"> {
  return {
    id: readText(member("id")),
    meta: readNameValues(member("meta")),
    ...whenGiven(member("metaSets"), (at) => ({ metaSets: readValueSets(at) })),
    ...whenGiven(member("parameters"), (at) => ({ parameters: readNameValues(at) })),
  };
}

function readPrimitive(place: Place): Primitive {
  return readObject(place, PRIMITIVE, (member) => ({
    kind: readChoice(member("kind"), ["primitive"]),
    ...readRunnable(member),
    ...whenGiven(member("template"), (at) => ({ template: readText(at) })),
  }));
}

function readRunnable(member: Member): ResourceTemplate {
  return {
    id: readText(member("id")),
    agent: readAgent(member("agent")),
    parameters: readNameValues(member("parameters")),
    ...whenGiven(member("parameterSets"), (at) => ({ parameterSets: readValueSets(at) })),
    meta: readNameValues(member("meta")),
    ...whenGiven(member("metaSets"), (at) => ({ metaSets: readValueSets(at) })),
    operations: readList(member("operations"), readOperation),
    ...whenGiven(member("utilization"), (at) => ({ utilization: readNameValues(at) })),
    ...whenGiven(member("utilizationSets"), (at) => ({ utilizationSets: readValueSets(at) })),
  };
}

function readAgent(place: Place): AgentName {
  return readObject(place, ["standard", "provider", "type"], (member) => ({
    standard: readText(member("standard")),
    provider: readNullable(member("provider"), readText),
    type: readText(member("type")),
  }));
}

function readOperation(place: Place): OperationDefinition {
  return readObject(place, OPERATION, (member) => ({
    id: readText(member("id")),
    name: readText(member("name")),
    intervalMs: readCount(member("intervalMs")),
    timeoutMs: readNullable(member("timeoutMs"), readCount),
    options: readNameValues(member("options")),
    ...whenGiven(member("optionSets"), (at) => ({ optionSets: readValueSets(at) })),
    ...whenGiven(member("parameters"), (at) => ({ parameters: readNameValues(at) })),
  }));
}
