import { INFINITY_SCORE, type ResourceDiscovery } from "../../model/index.ts";
import { addScores } from "../score.ts";
import type { Candidate, ScoreTable, Working, WorkingNode, WorkingResource } from "../working.ts";

/** What is added to the scores of a resource outside of any location constraint, and why. */
export interface ScoreChange {
  /** Null: every node. */
  readonly node: WorkingNode | null;
  readonly score: number;
  /** In words, for explanations. */
  readonly reason: string;
}

/**
 * Adds a score for the resource and everything inside it. A node that was no candidate becomes one,
 * with the score that it has by itself.
 */
export function changeScore(
  working: Pick<Working, "nodes">,
  resource: WorkingResource,
  { node, score, reason }: ScoreChange,
): void {
  const nodes = node === null ? working.nodes : [node];
  for (const one of nodes) changeScoreOn(resource, one, score);
  if (reason !== "") noteChange(resource, nodes, { score, reason });
}

/** Forbids every node: whatever the scores were, all are minus infinity. */
export function banEverywhere(
  working: Pick<Working, "nodes">,
  resource: WorkingResource,
  reason: string,
): void {
  const score = -INFINITY_SCORE;
  resource.allowed = new Map(
    working.nodes.map((node) => [node, { node, score, discovery: "always", count: 0 }]),
  );
  noteChange(resource, working.nodes, { score, reason });
}

/** The entry of a node, made when there is none yet. The table stays in the order of the nodes. */
export function candidateFor(resource: WorkingResource, node: WorkingNode): Candidate {
  const known = resource.allowed.get(node);
  if (known !== undefined) return known;
  const made: Candidate = { node, score: ownScore(node), discovery: "always", count: 0 };
  insert(resource.allowed, made);
  return made;
}

/** Puts a new entry at the place of its node. */
export function insert(table: ScoreTable, entry: Candidate): void {
  const later = [...table.values()].filter(({ node }) => node.index > entry.node.index);
  table.set(entry.node, entry);
  for (const other of later) {
    table.delete(other.node);
    table.set(other.node, other);
  }
}

/** Raises how strictly a node is probed: `exclusive` is above `never`, and that above `always`. */
export function raiseDiscovery(entry: Candidate, discovery: ResourceDiscovery): boolean {
  const ranks: readonly ResourceDiscovery[] = ["always", "never", "exclusive"];
  if (ranks.indexOf(discovery) <= ranks.indexOf(entry.discovery)) return false;
  entry.discovery = discovery;
  return true;
}

/**
 * The score that a node has for everything: that of its entry. A node whose state is known and that
 * can not run resources has minus infinity.
 */
export function ownScore(node: WorkingNode): number {
  if (node.wasNeverSeen) return node.score;
  return node.isOnline && !node.isLeaving ? node.score : -INFINITY_SCORE;
}

function changeScoreOn(resource: WorkingResource, node: WorkingNode, score: number): void {
  for (const child of resource.children) changeScoreOn(child, node, score);
  const entry = candidateFor(resource, node);
  entry.score = addScores(entry.score, score);
}

function noteChange(
  resource: WorkingResource,
  nodes: readonly WorkingNode[],
  { score, reason }: { readonly score: number; readonly reason: string },
): void {
  resource.scoreNotes.push({ nodes, score, reason });
  if (score > -INFINITY_SCORE) return;
  for (const node of nodes) {
    const known = resource.bans.get(node);
    if (known === undefined) resource.bans.set(node, [reason]);
    else if (!known.includes(reason)) known.push(reason);
  }
}
