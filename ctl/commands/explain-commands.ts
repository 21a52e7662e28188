/** `lbctl explain`: why a resource is where it is, and what would change that. */
import type { Command } from "commander";
import { refused } from "../ctl-error.ts";
import { renderWallTime } from "../render/wall-time.ts";
import type { Session } from "../session.ts";
import { unknownResource } from "../unknown-name.ts";
import type { Explanation } from "../what-if/index.ts";
import { addCommand, FORMAT, type Options, optionText, show } from "./command-kit.ts";
import { checkNode, type Facts, readFacts } from "./read-facts.ts";

/** Adds `explain`. */
export function addExplainCommand(program: Command, session: Session): void {
  addCommand(program, {
    name: "explain RESOURCE",
    summary: "why a resource is where it is, why not elsewhere, and what would change that",
    options: [
      ["--node <node>", "of this node alone"],
      ["--file <file>", "in this CIB file instead of the live cluster"],
      FORMAT,
    ],
    run: (words, options) => explain(session, words, options),
  });
}

async function explain(
  session: Session,
  words: readonly string[],
  options: Options,
): Promise<void> {
  const [id] = words;
  if (id === undefined || words.length > 1) {
    throw refused("usage: lbctl explain RESOURCE [--node NODE] [--file FILE]");
  }
  const facts = await readFacts(session, optionText(options, "file"));
  const node = optionText(options, "node");
  if (node !== undefined) checkNode(facts, node);
  const { explainCluster, explainFacts } = await import("../what-if/index.ts");
  const found = explainFacts(facts.input, id);
  if (found === null) throw refused(unknownResource(id, facts.input.cib));
  const explanation = node === undefined ? found.explanation : onlyNode(found.explanation, node);
  const cluster = explainCluster(facts.input, facts.status);
  const { renderExplanation } = await import("../render/render-explanation.ts");
  show(session, options, {
    facts: { ...explanation, cluster, recheckAtWallMs: found.recheckAtWallMs },
    render: () =>
      renderExplanation({
        explanation,
        cluster,
        recheckAt: renderRecheck(found.recheckAtWallMs, facts),
      }),
  });
}

function onlyNode(explanation: Explanation, node: string): Explanation {
  return {
    ...explanation,
    places: explanation.places.filter((place) => place.node === node),
    promotion: explanation.promotion?.node === node ? explanation.promotion : null,
    parts: explanation.parts.map((part) => onlyNode(part, node)),
  };
}

function renderRecheck(atWallMs: number | null, { input }: Facts): string | null {
  // What has been due is done with the next plan.
  if (atWallMs === null || atWallMs <= (input.wallNowMs ?? input.now)) return null;
  return renderWallTime(atWallMs);
}
