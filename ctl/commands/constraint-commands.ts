/** `lbctl constraint …`: where and in which order resources run. */
import type { Command } from "commander";
import type { Change, Cib, Constraint } from "../../agent/core/model/index.ts";
import { refused } from "../ctl-error.ts";
import { parseColocation, parseLocation, parseOrder } from "../parse/parse-constraint.ts";
import {
  renderColocations,
  renderConstraints,
  renderLocations,
  renderOrders,
  renderReferences,
} from "../render/render-config.ts";
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
} from "./command-kit.ts";

const FULL = ["--full", "with ids"] as const;
const FORCE = ["--force", "accepted, as with pcs"] as const;
const LISTING = ["config", "show", "list"];

type Render = (constraints: readonly Constraint[], withIds: boolean) => readonly string[];
type Kind = Constraint["kind"];

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
    summary: "remove constraints by their ids",
    aliases: ["remove"],
    options: [FORCE],
    run: (words, options) => {
      if (words.length === 0) throw refused("usage: lbctl constraint delete ID...");
      return change(session, [{ kind: "deleteConstraints", ids: words }], options);
    },
  });
  addCommand(constraint, {
    name: "ref ID...",
    summary: "constraints that name a resource",
    options: [FORMAT],
    run: (words, options) => showReferences(session, words, options),
  });
}

function addLocationCommand(constraint: Command, session: Session): void {
  addCommand(constraint, {
    name: "location ID prefers|avoids NODE[=SCORE]... | add CONSTRAINT-ID ID NODE SCORE",
    summary: "nodes that a resource prefers or avoids; alone: show them",
    options: [FULL, FORMAT, FORCE],
    run: (words, options) => {
      if (isListing(words))
        return showConstraints(session, options, { render: renderLocations, kind: "location" });
      if (isRemoval(words)) return removeConstraints(session, words.slice(1), options);
      return change(session, parseLocation(words), options);
    },
  });
}

function addColocationCommand(constraint: Command, session: Session): void {
  addCommand(constraint, {
    name: "colocation add ID with ID [SCORE] | remove ID ID",
    summary: "resources that run on the same node, or apart; alone: show them",
    options: [FULL, FORMAT, FORCE],
    run: (words, options) => {
      if (isListing(words))
        return showConstraints(session, options, { render: renderColocations, kind: "colocation" });
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
      if (words[0] !== "add") {
        throw refused("usage: lbctl constraint colocation add ID with ID [SCORE] [id=ID]");
      }
      return change(session, [parseColocation(words.slice(1))], options);
    },
  });
}

function addOrderCommand(constraint: Command, session: Session): void {
  addCommand(constraint, {
    name: "order [start|stop] ID then [start|stop] ID [kind=...] [symmetrical=...] | remove ID...",
    summary: "which resource starts first; alone: show them",
    options: [FULL, FORMAT, FORCE],
    run: (words, options) => {
      if (isListing(words))
        return showConstraints(session, options, { render: renderOrders, kind: "order" });
      if (isRemoval(words)) {
        const ids = words.slice(1);
        return removeMatching(session, options, (each) => {
          return each.kind === "order" && (ids.includes(each.first) || ids.includes(each.then));
        });
      }
      const order = parseOrder(words[0] === "add" ? words.slice(1) : words);
      return change(session, [order], options);
    },
  });
}

function isListing(words: readonly string[]): boolean {
  return words.length === 0 || (words.length === 1 && LISTING.includes(words[0] ?? ""));
}

function isRemoval(words: readonly string[]): boolean {
  return words[0] === "remove" || words[0] === "delete";
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
  { render, kind }: { readonly render: Render; readonly kind?: Kind },
): Promise<void> {
  return session.withAgent(async (agent) => {
    const { constraints } = await agent.getCib();
    show(session, options, {
      facts: constraints.filter((each) => kind === undefined || each.kind === kind),
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
