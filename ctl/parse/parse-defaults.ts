/** The words of `resource defaults …` and `resource op defaults …`. Pure; throws `CtlError`. */
import type { Change, Condition, DefaultsOwner } from "../../agent/core/model/index.ts";
import { refused } from "../ctl-error.ts";
import { parseRule } from "./parse-rule.ts";
import { onlyKnown, parseFilledValues, parseValues } from "./parse-values.ts";

/**
 * `[update] NAME=VALUE...` or `set create|update|delete …`; null for nothing but `config`, which
 * shows them.
 */
export function parseDefaults(owner: DefaultsOwner, words: readonly string[]): Change | null {
  if (words[0] === "set") return parseDefaultSet(owner, words.slice(1));
  const rest = words[0] === "update" ? words.slice(1) : words;
  if (rest.length === 0 || (rest.length === 1 && rest[0] === "config")) return null;
  const kind = owner === "resource" ? "setResourceDefaults" : "setOperationDefaults";
  return { kind, values: parseValues(rest) };
}

function parseDefaultSet(owner: DefaultsOwner, words: readonly string[]): Change {
  const [verb, ...rest] = words;
  switch (verb) {
    case "create":
      return parseCreateSet(owner, rest);
    case "update":
      return parseUpdateSet(owner, rest);
    case "delete":
    case "remove":
      if (rest.length === 0) throw refused(`usage: lbctl ${family(owner)} set ${verb} SET-ID...`);
      return { kind: "deleteDefaultSets", owner, ids: rest };
    default:
      throw refused(`usage: lbctl ${family(owner)} set create|update|delete …`);
  }
}

function parseCreateSet(owner: DefaultsOwner, words: readonly string[]): Change {
  // Everything after `rule` is the rule: its words may be those of the sections too.
  const at = words.indexOf("rule");
  const [before, expression] = at < 0 ? [words, null] : [words.slice(0, at), words.slice(at + 1)];
  const meta = before.indexOf("meta");
  const options = onlyKnown(meta < 0 ? before : before.slice(0, meta), ["id", "score"]);
  const stray = before.slice(0, meta < 0 ? undefined : meta).find((word) => !word.includes("="));
  if (stray !== undefined) {
    throw refused(
      `unexpected '${stray}'; usage: lbctl ${family(owner)} set create [id=ID] [score=SCORE] ` +
        "[meta NAME=VALUE...] [rule EXPRESSION]",
    );
  }
  const rule = expression === null ? null : parseRule(expression);
  if (rule !== null) checkConditions(owner, rule.conditions);
  return {
    kind: "createDefaultSet",
    owner,
    id: options["id"] ?? null,
    score: options["score"] ?? null,
    values: meta < 0 ? {} : parseFilledValues(before.slice(meta + 1)),
    rule,
  };
}

function parseUpdateSet(owner: DefaultsOwner, words: readonly string[]): Change {
  const [id, ...rest] = words;
  const values = rest[0] === "meta" ? rest.slice(1) : rest;
  if (id === undefined || values.length === 0) {
    throw refused(`usage: lbctl ${family(owner)} set update SET-ID meta NAME=[VALUE]...`);
  }
  return { kind: "updateDefaultSet", owner, id, values: parseValues(values) };
}

// Defaults of resources are found out without a node, so they cannot ask for its attributes.
function checkConditions(owner: DefaultsOwner, conditions: readonly Condition[]): void {
  if (owner === "operation") return;
  for (const condition of conditions) {
    if (condition.kind === "rule") checkConditions(owner, condition.conditions);
    if (condition.kind === "operation") {
      throw refused("keyword 'op' cannot be used in a rule of resource defaults");
    }
    if (condition.kind === "attribute") {
      throw refused(
        `node attribute '${condition.attribute}' cannot be used in a rule of resource defaults`,
      );
    }
  }
}

function family(owner: DefaultsOwner): string {
  return owner === "resource" ? "resource defaults" : "resource op defaults";
}
