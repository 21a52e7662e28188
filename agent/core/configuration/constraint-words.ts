/** The words of constraints as people write them, and what is wrong with others. */
import type {
  Cib,
  ConstraintRole,
  OrderAction,
  OrderConstraint,
  Problem,
  ResourceDiscovery,
  ResourceId,
} from "../model/index.ts";
import { listIds } from "./listed-ids.ts";
import { quote } from "./near-names.ts";
import { findCloneOf, findResource } from "./resource-tree.ts";
import { parseBoolean, parseScore, readBoolean, renderValueType } from "./value-types.ts";

/** What a word means, or the problem of one that means nothing. */
export interface Word<Value> {
  readonly value: Value;
  readonly problems: readonly Problem[];
}

const STRENGTHS = ["Mandatory", "Optional", "Serialize"] as const;
const ROLES = ["Started", "Stopped", "Promoted", "Unpromoted"] as const;
const OLD_ROLES: Readonly<Record<string, ConstraintRole>> = {
  master: "Promoted",
  slave: "Unpromoted",
};
const DISCOVERIES = ["always", "never", "exclusive"] as const;
const ACTIONS = ["start", "stop", "promote", "demote"] as const;

/** A score; 0 stands in for one that is none. */
export function readScoreWord(path: string, text: string): Word<number> {
  const value = parseScore(text);
  if (value !== null) return { value, problems: [] };
  const expected = `must be ${renderValueType({ kind: "score" })}`;
  const problem = { code: "bad-score", path: `${path} score`, found: quote(text), expected };
  return { value: 0, problems: [problem] };
}

/** The kind of an order. */
export function readStrength(path: string, text: string): Word<OrderConstraint["strength"]> {
  return readWord(`${path} kind`, text, STRENGTHS);
}

/** A role, by its name of today or of releases before 2.1. */
export function readRoleWord(path: string, text: string): Word<ConstraintRole> {
  const old = OLD_ROLES[text.toLowerCase()];
  return old === undefined ? readWord(`${path} role`, text, ROLES) : { value: old, problems: [] };
}

/** Where a resource is probed for. */
export function readDiscovery(path: string, text: string): Word<ResourceDiscovery> {
  return readWord(`${path} resource-discovery`, text, DISCOVERIES);
}

/** An action of an order. */
export function readActionWord(path: string, text: string): Word<OrderAction> {
  return readWord(`${path} action`, text, ACTIONS);
}

/** True or false. */
export function readFlagWord(path: string, text: string): Word<boolean> {
  const value = parseBoolean(text);
  if (value !== null) return { value, problems: [] };
  const expected = `must be ${renderValueType({ kind: "boolean" })}`;
  return { value: false, problems: [{ code: "bad-value", path, found: quote(text), expected }] };
}

/** One of a few words, in any case; the first stands in for one that is none of them. */
export function readWord<Choice extends string>(
  path: string,
  text: string,
  choices: readonly [Choice, ...Choice[]],
): Word<Choice> {
  const value = choices.find((choice) => choice.toLowerCase() === text.toLowerCase());
  if (value !== undefined) return { value, problems: [] };
  const expected = `must be one of ${choices.join(", ")}`;
  const problem = { code: "bad-value", path, found: quote(text), expected };
  return { value: choices[0], problems: [problem] };
}

/** The problem of an id that a person chose and that something bears. */
export function checkGivenId(cib: Cib, path: string, id: string | null): readonly Problem[] {
  const bearer = id === null ? undefined : listIds(cib).find((used) => used.id === id)?.bearer;
  if (id === null || bearer === undefined) return [];
  const expected = `id ${quote(id)} is already used by ${bearer}; choose another id`;
  return [{ code: "already-exists", path, found: "", expected }];
}

/**
 * Problems of constraints on what is in a clone. They would count for the whole clone, so a person
 * has to say that it is the clone that is meant.
 */
export function checkOutsideClones(cib: Cib, ids: readonly ResourceId[]): readonly Problem[] {
  return [...new Set(ids)].flatMap((id) => {
    const clone = findCloneOf(cib, id);
    if (clone === null) return [];
    const expected = `is in clone ${quote(clone.id)}; name the clone in constraints`;
    return [{ code: "in-a-clone", path: `resource ${quote(id)}`, found: "", expected }];
  });
}

/** A warning for a constraint that asks for a promotion of what is surely never promoted. */
export function warnOfPromotion(cib: Cib, id: ResourceId, isAsked: boolean): readonly string[] {
  const resource = findResource(cib, id);
  if (!isAsked || resource === null) return [];
  if (resource.kind === "clone" && readBoolean(resource.meta, "promotable", false)) return [];
  return [`Warning: ${id} is never promoted: it is no promotable clone`];
}

/** True for the roles that only instances of promotable clones take. */
export function isPromotableRole(role: ConstraintRole | null | undefined): boolean {
  return role === "Promoted" || role === "Unpromoted";
}
