/** Writes sets of names and values, and the rules in them. */
import { renderScore } from "../../agent/core/configuration/index.ts";
import type { Condition, NameValues, Rule, ValueSet } from "../../agent/core/model/index.ts";
import type { IdPool } from "./id-pool.ts";
import { type XmlTree, xml } from "./xml-text.ts";

/** What belongs to one bearer under one name of element. */
export interface WrittenValues {
  /** Name of the elements that hold the sets. */
  readonly name: string;
  /** Whose values they are; the ids of plain sets begin with it. */
  readonly owner: string;
  readonly values: NameValues | undefined;
  readonly sets?: readonly ValueSet[] | undefined;
  /** Id of the plain set; absent: made from owner and name. */
  readonly id?: string;
}

/** The sets in the order in which they count, the plain values in their place among them. */
export function writeValues(ids: IdPool, written: WrittenValues): readonly XmlTree[] {
  const { name, owner, values = {}, sets = [] } = written;
  const before = sets.filter(({ score }) => score > 0);
  const after = sets.filter(({ score }) => score <= 0);
  const plain: XmlTree[] = [];
  if (Object.keys(values).length > 0) {
    const id = written.id ?? ids.take(owner, name);
    plain.push(xml(name, { id }, writePairs(ids, id, values)));
  }
  return [
    ...before.map((set) => writeSet(ids, name, set)),
    ...plain,
    ...after.map((set) => writeSet(ids, name, set)),
  ];
}

/**
 * A rule with all below it, or a reference to the same one; `more` are attributes that only rules
 * of locations have.
 */
export function writeRule(ids: IdPool, rule: Rule, more: XmlTree["attributes"] = {}): XmlTree {
  const { id, combine, conditions } = rule;
  if (ids.isThere(id, { rule, more })) return xml("rule", { "id-ref": id });
  const own = ids.keep(id);
  return xml(
    "rule",
    { id: own, "boolean-op": combine, ...more },
    conditions.map((condition) => writeCondition(ids, own, condition)),
  );
}

/** An interval as Pacemaker writes it: seconds, or milliseconds where it is finer. */
export function writeInterval(milliseconds: number): string {
  if (milliseconds === 0) return "0";
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`;
}

function writeSet(ids: IdPool, name: string, set: ValueSet): XmlTree {
  if (ids.isThere(set.id, { name, set })) return xml(name, { "id-ref": set.id });
  const id = ids.keep(set.id);
  return xml(name, { id, score: set.score === 0 ? null : renderScore(set.score) }, [
    ...(set.rule === null ? [] : [writeRule(ids, set.rule)]),
    ...writePairs(ids, id, set.values),
  ]);
}

function writePairs(ids: IdPool, setId: string, values: NameValues): readonly XmlTree[] {
  return Object.entries(values).map(([name, value]) =>
    xml("nvpair", { id: ids.take(setId, name), name, value }),
  );
}

function writeCondition(ids: IdPool, owner: string, condition: Condition): XmlTree {
  switch (condition.kind) {
    case "rule":
      return writeRule(ids, condition);
    case "attribute":
      return xml("expression", {
        id: ids.take(owner, "expression"),
        attribute: condition.attribute,
        operation: condition.operation,
        value: condition.value,
        type: condition.type,
        "value-source": condition.valueSource === "literal" ? null : condition.valueSource,
      });
    case "date": {
      const id = ids.take(owner, "date_expression");
      const fields = [
        ["duration", condition.duration],
        ["date_spec", condition.spec],
      ] as const;
      return xml(
        "date_expression",
        { id, operation: condition.operation, start: condition.start, end: condition.end },
        fields.flatMap(([name, values]) =>
          values === null ? [] : [xml(name, { id: ids.take(id, name), ...values })],
        ),
      );
    }
    case "resource":
      return xml("rsc_expression", {
        id: ids.take(owner, "rsc_expression"),
        class: condition.standard,
        provider: condition.provider,
        type: condition.type,
      });
    case "operation":
      return xml("op_expression", {
        id: ids.take(owner, "op_expression"),
        name: condition.name,
        interval: condition.intervalMs === null ? null : writeInterval(condition.intervalMs),
      });
  }
}
