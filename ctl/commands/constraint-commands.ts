/** `lbctl constraint …`: where and in which order resources run. */
import type { Command } from "commander";
import { resourcesNamedIn } from "../../agent/core/configuration/index.ts";
import type { Change, Cib, Constraint } from "../../agent/core/model/index.ts";
import { refused } from "../ctl-error.ts";
import {
  parseColocation,
  parseLocation,
  parseOrder,
  parseRuleAdd,
} from "../parse/parse-constraint.ts";
import { parseColocationSets, parseOrderSets } from "../parse/parse-constraint-set.ts";
import {
  renderColocations,
  renderConstraints,
  renderLocations,
  renderOrders,
  renderReferences,
} from "../render/render-constraints.ts";
import type { Session } from "../session.ts";
import {
  addCommand,
  addFamily,
  applyAndReport,
  change,
  FORMAT,
  isGiven,
  type Options,
  show,
  WAIT,
} from "./command-kit.ts";

const FULL = ["--full", "with ids"] as const;
const FORCE = ["--force", "accepted, as with pcs"] as const;
const LISTING = ["config", "show", "list"];

type Render = (constraints: readonly Constraint[], withIds: boolean) => readonly string[];

/** The kinds of constraints that one listing shows. */
const LOCATIONS: readonly Constraint["kind"][] = ["location", "locationRules"];
const COLOCATIONS: readonly Constraint["kind"][] = ["colocation", "colocationSets"];
const ORDERS: readonly Constraint["kind"][] = ["order", "orderSets"];

/** Adds `constraint` and its commands. */
export function addConstraintCommands(program: Command, session: Session): void {
  const showAll = (_words: readonly string[], options: Options) =>
    showConstraints(session, options, { render: renderConstraints });
  const constraint = addFamily(program, {
    name: "constraint",
    summary: "where and in which order resources run",
    options: [FULL, FORMAT],
    run: showAll,
  });
  addCommand(constraint, {
    name: "config",
    summary: "all constraints",
    aliases: ["list", "show"],
    options: [FULL, FORMAT],
    run: showAll,
  });
  addLocationCommand(constraint, session);
  addColocationCommand(constraint, session);
  addOrderCommand(constraint, session);
  addCommand(constraint, {
    name: "delete ID...",
    summary: "remove constraints, or rules of locations, by their ids",
    aliases: ["remove"],
    options: [FORCE, WAIT],
    run: (words, options) => {
      if (words.length === 0) throw refused("usage: lbctl constraint delete ID...");
      return change(session, [{ kind: "deleteConstraints", ids: words }], options);
    },
  });
  addRuleCommands(constraint, session);
  addCommand(constraint, {
    name: "ref ID...",
    summary: "constraints that name a resource",
    options: [FORMAT],
    run: (words, options) => showReferences(session, words, options),
  });
}

function addLocationCommand(constraint: Command, session: Session): void {
  addCommand(constraint, {
    name:
      "location ID|regexp%PATTERN prefers|avoids NODE[=SCORE]... | rule [OPTIONS] EXPRESSION | " +
      "add CONSTRAINT-ID ID NODE SCORE",
    summary: "nodes that a resource prefers or avoids; alone: show them",
    options: [FULL, FORMAT, FORCE, WAIT],
    run: (words, options) => {
      if (isListing(words))
        return showConstraints(session, options, { render: renderLocations, kinds: LOCATIONS });
      const chosen = chooseLocations(words);
      if (chosen !== null) {
        return showConstraints(session, options, { render: renderLocations, isShown: chosen });
      }
      if (isRemoval(words)) return removeConstraints(session, words.slice(1), options);
      return change(session, parseLocation(words), options);
    },
  });
}

function addColocationCommand(constraint: Command, session: Session): void {
  addCommand(constraint, {
    name:
      "colocation add [ROLE] ID with [ROLE] ID [SCORE] [OPTIONS] | " +
      "set ID... [OPTIONS] [set ...] [setoptions ...] | remove ID ID",
    summary: "resources that run on the same node, or apart; alone: show them",
    options: [FULL, FORMAT, FORCE, WAIT],
    run: (words, options) => {
      if (isListing(words))
        return showConstraints(session, options, { render: renderColocations, kinds: COLOCATIONS });
      if (isRemoval(words)) {
        const [resource, withResource] = words.slice(1);
        return removeMatching(session, options, (each) => {
          const isPair =
            each.kind === "colocation" &&
            each.resource === resource &&
            each.withResource === withResource;
          return isPair;
        });
      }
      if (words[0] === "set") {
        return change(session, [parseColocationSets(words.slice(1))], options);
      }
      if (words[0] !== "add") {
        throw refused("usage: lbctl constraint colocation add ID with ID [SCORE] [OPTIONS]");
      }
      return change(session, [parseColocation(words.slice(1))], options);
    },
  });
}

function addOrderCommand(constraint: Command, session: Session): void {
  addCommand(constraint, {
    name:
      "order [ACTION] ID then [ACTION] ID [OPTIONS] | " +
      "set ID... [OPTIONS] [set ...] [setoptions ...] | remove ID...",
    summary: "which resource starts first; alone: show them",
    options: [FULL, FORMAT, FORCE, WAIT],
    run: (words, options) => {
      if (isListing(words))
        return showConstraints(session, options, { render: renderOrders, kinds: ORDERS });
      if (isRemoval(words)) {
        const resources = words.slice(1);
        return change(session, [{ kind: "removeFromOrders", resources }], options);
      }
      if (words[0] === "set") return change(session, [parseOrderSets(words.slice(1))], options);
      const order = parseOrder(words[0] === "add" ? words.slice(1) : words);
      return change(session, [order], options);
    },
  });
}

function addRuleCommands(constraint: Command, session: Session): void {
  const rule = addFamily(constraint, { name: "rule", summary: "rules of location constraints" });
  addCommand(rule, {
    name: "add CONSTRAINT-ID [OPTIONS] EXPRESSION",
    summary: "add a rule to a location constraint that has rules",
    options: [FORCE, WAIT],
    run: (words, options) => change(session, [parseRuleAdd(words)], options),
  });
  addCommand(rule, {
    name: "delete RULE-ID...",
    summary: "remove rules; a constraint goes with its last one",
    aliases: ["remove"],
    options: [WAIT],
    run: (words, options) => removeRules(session, words, options),
  });
}

function removeRules(session: Session, ids: readonly string[], options: Options): Promise<void> {
  if (ids.length === 0) throw refused("usage: lbctl constraint rule delete RULE-ID...");
  return session.withAgent(async (agent) => {
    const { constraints } = await agent.getCib();
    const known = constraints.flatMap((each) =>
      each.kind === "locationRules" && each.nodes.kind === "rules"
        ? each.nodes.rules.map(({ rule }) => rule.id)
        : [],
    );
    // A constraint or a resource of the same name would go as well.
    const missing = ids.filter((id) => !known.includes(id));
    if (missing.length > 0) throw refused(...missing.map((id) => `unable to find rule: ${id}`));
    const changes: readonly Change[] = [{ kind: "deleteConstraints", ids }];
    await applyAndReport(session, agent, { changes, options });
  });
}

function isListing(words: readonly string[]): boolean {
  return words.length === 0 || (words.length === 1 && LISTING.includes(words[0] ?? ""));
}

function isRemoval(words: readonly string[]): boolean {
  return words[0] === "remove" || words[0] === "delete";
}

/** `location config resources|nodes NAME...`: which are meant; null: other words. */
function chooseLocations(words: readonly string[]): ((each: Constraint) => boolean) | null {
  const [verb = "", by, ...names] = words;
  if (!LISTING.includes(verb) || (by !== "resources" && by !== "nodes")) return null;
  return (each) => {
    if (!LOCATIONS.includes(each.kind)) return false;
    if (names.length === 0) return true;
    if (by === "resources") return resourcesNamedIn(each).some((id) => names.includes(id));
    if (each.kind === "location") return names.includes(each.node);
    // Rules may hold for any node: they are shown with every one.
    if (each.kind !== "locationRules") return false;
    return each.nodes.kind === "rules" || names.includes(each.nodes.node);
  };
}

function removeConstraints(
  session: Session,
  ids: readonly string[],
  options: Options,
): Promise<void> {
  if (ids.length === 0) throw refused("usage: lbctl constraint location remove CONSTRAINT-ID...");
  return change(session, [{ kind: "deleteConstraints", ids }], options);
}

function removeMatching(
  session: Session,
  options: Options,
  isWanted: (constraint: Constraint) => boolean,
): Promise<void> {
  return session.withAgent(async (agent) => {
    const { constraints } = await agent.getCib();
    const ids = constraints.filter(isWanted).map(({ id }) => id);
    if (ids.length === 0) throw refused("no matching constraint found");
    const changes: readonly Change[] = [{ kind: "deleteConstraints", ids }];
    await applyAndReport(session, agent, { changes, options });
  });
}

function showConstraints(
  session: Session,
  options: Options,
  how: {
    readonly render: Render;
    readonly kinds?: readonly Constraint["kind"][];
    readonly isShown?: (constraint: Constraint) => boolean;
  },
): Promise<void> {
  const { render, kinds, isShown = () => true } = how;
  return session.withAgent(async (agent) => {
    const { constraints } = await agent.getCib();
    show(session, options, {
      facts: constraints
        .filter(({ kind }) => kinds === undefined || kinds.includes(kind))
        .filter(isShown),
      render: (facts) => render(facts, isGiven(options, "full")).join("\n"),
    });
  });
}

function showReferences(
  session: Session,
  words: readonly string[],
  options: Options,
): Promise<void> {
  if (words.length === 0) throw refused("usage: lbctl constraint ref ID...");
  return session.withAgent(async (agent) => {
    const cib: Cib = await agent.getCib();
    show(session, options, {
      facts: words.map((resource) => ({
        resource,
        constraints: renderReferences(cib, resource)
          .slice(1)
          .map((line) => line.trim())
          .filter((line) => line !== "No Matches"),
      })),
      render: () => words.flatMap((word) => renderReferences(cib, word)).join("\n"),
    });
  });
}
