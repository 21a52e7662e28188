/** Writes constraints. */
import { renderScore } from "../../agent/core/configuration/index.ts";
import type {
  Constraint,
  LocationRules,
  Problem,
  ResourceSet,
} from "../../agent/core/model/index.ts";
import type { IdPool } from "./id-pool.ts";
import { writeRule } from "./write-values.ts";
import { type XmlTree, xml } from "./xml-text.ts";

/** What of the constraints Pacemaker has no place for. */
export function checkWritable(constraints: readonly Constraint[]): readonly Problem[] {
  return constraints.flatMap((constraint) => {
    if (constraint.kind !== "colocationSets" || constraint.nodeAttribute === undefined) return [];
    const path = `constraint ${constraint.id}`;
    const expected = "Pacemaker has no node attribute for colocations of sets";
    return [{ code: "not-in-xml", path, found: constraint.nodeAttribute, expected }];
  });
}

/** One constraint with all in it. */
export function writeConstraint(ids: IdPool, constraint: Constraint): XmlTree {
  const id = ids.keep(constraint.id);
  switch (constraint.kind) {
    case "location":
      return xml("rsc_location", {
        id,
        rsc: constraint.resource,
        role: constraint.role,
        node: constraint.node,
        score: renderScore(constraint.score),
        "resource-discovery": constraint.discovery,
      });
    case "locationRules":
      return writeLocationRules(ids, id, constraint);
    case "colocation":
      return xml("rsc_colocation", {
        id,
        rsc: constraint.resource,
        "rsc-role": constraint.role,
        "with-rsc": constraint.withResource,
        "with-rsc-role": constraint.withRole,
        score: renderScore(constraint.score),
        influence: constraint.influence,
        "node-attribute": constraint.nodeAttribute,
      });
    case "colocationSets": {
      const { score, influence, sets } = constraint;
      return xml(
        "rsc_colocation",
        { id, score: renderScore(score), influence },
        sets.map((set) => writeSet(ids, set)),
      );
    }
    case "order":
      return xml("rsc_order", {
        id,
        first: constraint.first,
        "first-action": constraint.firstAction,
        // biome-ignore lint/suspicious/noThenProperty: the attribute has this name.
        then: constraint.then,
        "then-action": constraint.thenAction,
        kind: constraint.strength,
        symmetrical: constraint.isSymmetrical ? null : false,
        "require-all": constraint.needsAll,
      });
    case "orderSets":
      return xml(
        "rsc_order",
        {
          id,
          kind: constraint.strength,
          symmetrical: constraint.isSymmetrical ? null : false,
        },
        constraint.sets.map((set) => writeSet(ids, set)),
      );
  }
}

function writeLocationRules(ids: IdPool, id: string, constraint: LocationRules): XmlTree {
  const { target, nodes, role, discovery } = constraint;
  const which =
    target.kind === "resource"
      ? { rsc: target.resource }
      : target.kind === "pattern"
        ? { "rsc-pattern": `${target.isInverted ? "!" : ""}${target.pattern}` }
        : {};
  const where = nodes.kind === "node" ? { node: nodes.node, score: renderScore(nodes.score) } : {};
  // The constraint has no role beside sets, but each of them has one.
  const ownRole = target.kind === "sets" ? {} : { role };
  const attributes = { id, ...which, ...ownRole, ...where, "resource-discovery": discovery };
  return xml("rsc_location", attributes, [
    ...(target.kind === "sets"
      ? target.sets.map((set) => writeSet(ids, { ...set, role: set.role ?? role ?? null }))
      : []),
    ...(nodes.kind === "rules"
      ? nodes.rules.map(({ rule, score, role: ruleRole }) =>
          writeRule(ids, rule, {
            ...(typeof score === "number"
              ? { score: renderScore(score) }
              : { "score-attribute": score.attribute }),
            role: ruleRole,
          }),
        )
      : []),
  ]);
}

function writeSet(ids: IdPool, set: ResourceSet): XmlTree {
  return xml(
    "resource_set",
    {
      id: ids.keep(set.id),
      sequential: set.isSequential && set.saysSequential === false ? null : set.isSequential,
      "require-all": set.needsAll ? null : false,
      ordering: set.ordering,
      action: set.action,
      role: set.role,
      score: set.score === null ? null : renderScore(set.score),
      kind: set.strength,
    },
    set.resources.map((id) => xml("resource_ref", { id })),
  );
}
