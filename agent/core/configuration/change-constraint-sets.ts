import type {
  Change,
  Cib,
  ColocationSets,
  OrderSets,
  Problem,
  ResourceSet,
  ResourceSetInput,
} from "../model/index.ts";
import { addUnlessRefused } from "./change-constraints.ts";
import {
  checkGivenId,
  checkOutsideClones,
  readActionWord,
  readFlagWord,
  readRoleWord,
  readScoreWord,
  readStrength,
  readWord,
} from "./constraint-words.ts";
import type { Edit } from "./edit.ts";
import { freeId, type IdMaker, idMaker } from "./listed-ids.ts";
import { quote, renderNearNames } from "./near-names.ts";

const SET_OPTIONS = ["sequential", "require-all", "action", "role", "score", "ordering", "kind"];

/** Places sets of resources: each relative to the one after it. */
export function addColocationSets(
  cib: Cib,
  change: Change & { readonly kind: "addColocationSets" },
): Edit {
  const path = "colocation of sets";
  const id = change.id ?? freeId(cib, wantedId("colocation", change.sets));
  const score = readScoreWord(path, change.score);
  const read = readSets(cib, change.sets, { path, id });
  const constraint: ColocationSets = {
    kind: "colocationSets",
    id,
    score: score.value,
    ...(change.influence === undefined ? {} : { influence: change.influence }),
    ...(change.nodeAttribute === undefined ? {} : { nodeAttribute: change.nodeAttribute }),
    sets: read.sets,
  };
  const problems = [...checkGivenId(cib, path, change.id), ...score.problems, ...read.problems];
  return addUnlessRefused(cib, problems, { constraint, notes: [] });
}

/** Orders sets of resources: each waits for the one before it. */
export function addOrderSets(cib: Cib, change: Change & { readonly kind: "addOrderSets" }): Edit {
  const path = "order of sets";
  const id = change.id ?? freeId(cib, wantedId("order", change.sets));
  const strength = readStrength(path, change.strength);
  const read = readSets(cib, change.sets, { path, id });
  const { isSymmetrical } = change;
  const constraint: OrderSets = {
    kind: "orderSets",
    id,
    strength: strength.value,
    isSymmetrical,
    sets: read.sets,
  };
  const problems = [...checkGivenId(cib, path, change.id), ...strength.problems, ...read.problems];
  return addUnlessRefused(cib, problems, { constraint, notes: [] });
}

// As pcs makes it: of each resource the first letter and the last.
function wantedId(kind: string, sets: readonly ResourceSetInput[]): string {
  const letters = sets
    .flatMap(({ resources }) => resources)
    .map((id) => `${id.slice(0, 1)}${id.slice(-1)}`);
  return `${kind}_set_${letters.join("")}`;
}

interface ReadSets {
  readonly sets: readonly ResourceSet[];
  readonly problems: readonly Problem[];
}

function readSets(
  cib: Cib,
  inputs: readonly ResourceSetInput[],
  { path, id }: { readonly path: string; readonly id: string },
): ReadSets {
  const make = idMaker(cib);
  const read = inputs.map((input) => readSet(input, { path, id: `${id}_set`, make }));
  const named = inputs.flatMap(({ resources }) => resources);
  const few: readonly Problem[] =
    named.length > 1
      ? []
      : [{ code: "no-members", path, found: "", expected: "needs at least two resources" }];
  return {
    sets: read.map(({ set }) => set),
    problems: [
      ...few,
      ...checkOutsideClones(cib, named),
      ...read.flatMap(({ problems }) => problems),
    ],
  };
}

function readSet(
  { resources, options }: ResourceSetInput,
  { path, id, make }: { readonly path: string; readonly id: string; readonly make: IdMaker },
): { readonly set: ResourceSet; readonly problems: readonly Problem[] } {
  const at = `${path} set ${quote(resources.join(" "))}`;
  const problems: Problem[] = Object.keys(options)
    .filter((name) => !SET_OPTIONS.includes(name))
    .map((name) => {
      const expected = `is not a set option; known: ${renderNearNames(name, SET_OPTIONS)}`;
      return { code: "unknown-name", path: `${at} ${quote(name)}`, found: "", expected };
    });
  const option = <Value>(
    name: string,
    read: (path: string, text: string) => { value: Value; problems: readonly Problem[] },
  ): Value | null => {
    const text = Object.hasOwn(options, name) ? options[name] : undefined;
    if (text === undefined) return null;
    const word = read(at, text);
    problems.push(...word.problems);
    return word.value;
  };
  const flag = (name: string): boolean | null =>
    option(name, (_, text) => readFlagWord(`${at} ${name}`, text));
  const sequential = flag("sequential");
  const set: ResourceSet = {
    id: make(id),
    resources,
    isSequential: sequential ?? true,
    // Nobody said so: an order between two such sets then binds all of one with all of the other.
    ...(sequential === null ? { saysSequential: false } : {}),
    needsAll: flag("require-all") ?? true,
    action: option("action", readActionWord),
    role: option("role", readRoleWord),
    score: option("score", readScoreWord),
    ordering: option("ordering", (_, text) =>
      readWord(`${at} ordering`, text, ["group", "listed"]),
    ),
    strength: option("kind", readStrength),
  };
  return { set, problems };
}
