import type { Change, Cib, DefaultsOwner, NameValues, Problem, ValueSet } from "../model/index.ts";
import { withRuleIds } from "./change-location-rules.ts";
import { assign, DEFAULTS_WARNING } from "./change-values.ts";
import { checkGivenId, readScoreWord } from "./constraint-words.ts";
import { type Edit, edited } from "./edit.ts";
import { forgetInTags } from "./forget-mentions.ts";
import { idMaker } from "./listed-ids.ts";
import { quote, renderNearNames } from "./near-names.ts";
import { TABLES } from "./value-tables.ts";
import type { ValueTable } from "./value-types.ts";

interface Owner {
  readonly member: "resourceDefaultSets" | "operationDefaultSets";
  readonly path: string;
  readonly id: string;
  readonly table: ValueTable;
}

const OWNERS: Readonly<Record<DefaultsOwner, Owner>> = {
  resource: {
    member: "resourceDefaultSets",
    path: "resource defaults",
    id: "rsc_defaults-meta_attributes",
    table: TABLES.meta,
  },
  operation: {
    member: "operationDefaultSets",
    path: "operation defaults",
    id: "op_defaults-meta_attributes",
    table: TABLES.operationDefault,
  },
};

/** Adds defaults that hold while a rule does, or by their score before or after the others. */
export function createDefaultSet(
  cib: Cib,
  change: Change & { readonly kind: "createDefaultSet" },
): Edit {
  const { member, path, table, id: wanted } = OWNERS[change.owner];
  const make = idMaker(cib);
  // The plain defaults bear the id itself when they are exported to Pacemaker.
  if (change.id === null) make(wanted);
  const id = change.id ?? make(wanted);
  const score = change.score === null ? null : readScoreWord(path, change.score);
  const values = assign({ path: `${path} set ${quote(id)}`, current: {}, table }, change.values);
  const set: ValueSet = {
    id,
    score: score?.value ?? 0,
    rule: change.rule === null ? null : withRuleIds(change.rule, `${id}-rule`, make),
    values: values.values,
  };
  const taken = checkGivenId(cib, path, change.id);
  const sets = taken.length > 0 ? (cib[member] ?? []) : [...(cib[member] ?? []), set];
  return {
    cib: { ...cib, [member]: sets },
    notes: [DEFAULTS_WARNING],
    problems: [...taken, ...(score?.problems ?? []), ...values.problems],
  };
}

/** Sets and removes values of one set of defaults. */
export function updateDefaultSet(
  cib: Cib,
  change: Change & { readonly kind: "updateDefaultSet" },
): Edit {
  const { member, path, table } = OWNERS[change.owner];
  const sets = cib[member] ?? [];
  const found = sets.find(({ id }) => id === change.id);
  if (found === undefined) {
    return { cib, notes: [], problems: [missingSet(path, sets, change.id)] };
  }
  const at = { path: `${path} set ${quote(found.id)}`, current: found.values, table };
  const edit = assign(at, change.values);
  const next = sets.map((set) => (set === found ? withValues(set, edit.values) : set));
  return {
    cib: { ...cib, [member]: next },
    notes: [DEFAULTS_WARNING],
    problems: edit.problems,
  };
}

/** Removes sets of defaults. */
export function deleteDefaultSets(
  cib: Cib,
  change: Change & { readonly kind: "deleteDefaultSets" },
): Edit {
  const { member, path } = OWNERS[change.owner];
  const { [member]: sets = [], ...rest } = cib;
  const missing = change.ids.filter((id) => !sets.some((set) => set.id === id));
  if (missing.length > 0) {
    return { cib, notes: [], problems: missing.map((id) => missingSet(path, sets, id)) };
  }
  const left = sets.filter(({ id }) => !change.ids.includes(id));
  const next: Cib = left.length === 0 ? rest : { ...rest, [member]: left };
  return edited(forgetInTags(next).cib);
}

function withValues(set: ValueSet, values: NameValues): ValueSet {
  return { ...set, values };
}

function missingSet(path: string, sets: readonly ValueSet[], id: string): Problem {
  const known = renderNearNames(
    id,
    sets.map((set) => set.id),
  );
  const expected = `does not exist; ${known === "" ? "there are none" : `there are ${known}`}`;
  return { code: "no-such-set", path: `${path} set ${quote(id)}`, found: "", expected };
}
