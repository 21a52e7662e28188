/** Problems of tags and of fencing levels. */
import type { Cib, FencingLevel, NodeName, Problem } from "../model/index.ts";
import { checkCount, checkPattern } from "./check-scores.ts";
import { missingNode, missingResource } from "./edit.ts";
import { listIds } from "./listed-ids.ts";
import { isAttributeName } from "./named-values.ts";
import { quote } from "./near-names.ts";
import { findResource } from "./resource-tree.ts";

/** Most fencing levels that one cluster may have. */
export const FENCING_LEVELS_MAX = 100;

/** Highest index of a fencing level; they are tried from 1 upwards. */
export const FENCING_INDEX_MAX = 9;

/** Most tags that one cluster may have. */
export const TAGS_MAX = 200;

/** Problems of tags: without members, named twice in one, and members that do not exist. */
export function checkTags(cib: Cib): readonly Problem[] {
  const { tags = [] } = cib;
  const names = new Set(tags.map(({ id }) => id));
  const known = new Set(listIds(cib).map(({ id }) => id));
  const problems = tags.flatMap(({ id, members }): readonly Problem[] => {
    const path = `tag ${quote(id)}`;
    if (members.length === 0) {
      return [{ code: "no-members", path, found: "", expected: "is empty; delete it" }];
    }
    return members.flatMap((member, index) => {
      if (members.indexOf(member) < index) return [namedTwice(path, member)];
      if (names.has(member)) {
        const expected = "is a tag; a tag cannot hold tags";
        return [{ code: "not-a-resource", path, found: quote(member), expected }];
      }
      return known.has(member) ? [] : [missingResource(cib, member, `, but tag ${id} names it`)];
    });
  });
  return [...checkCount("tags", tags.length, TAGS_MAX), ...problems];
}

/** Problems of fencing levels: indexes, targets, devices, and two levels for the same. */
export function checkFencingLevels(cib: Cib, nodes: readonly NodeName[]): readonly Problem[] {
  const { fencingLevels = [] } = cib;
  const problems = fencingLevels.flatMap((level, index) => [
    ...checkLevelIndex(level),
    ...checkTarget(level, nodes),
    ...checkDevices(cib, level),
    ...checkRepeated(level, fencingLevels.slice(0, index)),
  ]);
  return [...checkCount("fencing levels", fencingLevels.length, FENCING_LEVELS_MAX), ...problems];
}

/** What a level fences, in words: `ip1`, `ip.*`, `rack=2`. */
export function renderLevelTarget(target: FencingLevel["target"]): string {
  switch (target.kind) {
    case "node":
      return target.node;
    case "pattern":
      return target.pattern;
    case "attribute":
      return `${target.attribute}=${target.value}`;
  }
}

function checkLevelIndex({ id, index }: FencingLevel): readonly Problem[] {
  if (Number.isInteger(index) && index >= 1 && index <= FENCING_INDEX_MAX) return [];
  const expected = `must be a whole number from 1 to ${FENCING_INDEX_MAX}`;
  return [{ code: "bad-value", path: `${levelPath(id)} index`, found: String(index), expected }];
}

function checkTarget({ id, target }: FencingLevel, nodes: readonly NodeName[]): readonly Problem[] {
  switch (target.kind) {
    case "node":
      return nodes.includes(target.node)
        ? []
        : [missingNode(nodes, target.node, `, but fencing level ${id} names it`)];
    case "pattern":
      return checkPattern(`${levelPath(id)} target`, target.pattern);
    case "attribute": {
      if (isAttributeName(target.attribute)) return [];
      const expected = "is not the name of a node attribute";
      const found = quote(target.attribute);
      return [{ code: "bad-name", path: `${levelPath(id)} target`, found, expected }];
    }
  }
}

function checkDevices(cib: Cib, { id, devices }: FencingLevel): readonly Problem[] {
  const path = levelPath(id);
  if (devices.length === 0) {
    return [{ code: "no-members", path, found: "", expected: "has no device; delete it" }];
  }
  return devices.flatMap((device, index): readonly Problem[] => {
    if (devices.indexOf(device) < index) return [namedTwice(path, device)];
    const resource = findResource(cib, device);
    if (resource === null) {
      return [missingResource(cib, device, `, but fencing level ${id} names it`)];
    }
    if (resource.kind === "primitive" && resource.agent.standard === "stonith") return [];
    const expected = "is not a fence device, whose agent is stonith:…";
    return [{ code: "not-a-device", path, found: quote(device), expected }];
  });
}

function checkRepeated(
  { id, index, target }: FencingLevel,
  earlier: readonly FencingLevel[],
): readonly Problem[] {
  const text = renderLevelTarget(target);
  const same = earlier.find(
    (other) =>
      other.index === index &&
      other.target.kind === target.kind &&
      renderLevelTarget(other.target) === text,
  );
  if (same === undefined) return [];
  const expected = `is for ${text} at level ${index} already; add its devices to that one`;
  return [{ code: "already-exists", path: levelPath(id), found: same.id, expected }];
}

function namedTwice(path: string, id: string): Problem {
  return { code: "named-twice", path, found: "", expected: `${quote(id)} is named twice` };
}

function levelPath(id: string): string {
  return `fencing level ${quote(id)}`;
}
