import type { Change, Cib, FencingLevel, Problem } from "../model/index.ts";
import { FENCING_INDEX_MAX, renderLevelTarget } from "./check-fencing.ts";
import { type Edit, edited, refuse } from "./edit.ts";
import { forgetInTags } from "./forget-mentions.ts";
import { freeId } from "./listed-ids.ts";
import { quote } from "./near-names.ts";
import { parseInteger } from "./value-types.ts";

/** Adds the devices that are tried together at one level of a target. */
export function addFencingLevel(
  cib: Cib,
  change: Change & { readonly kind: "addFencingLevel" },
): Edit {
  const { target, devices } = change;
  const index = parseInteger(change.index);
  if (index === null) return refuse(cib, badIndex(change.index));
  const id = freeId(cib, `fl-${renderLevelTarget(target)}-${index}`);
  const level: FencingLevel = { id, target, index, devices };
  return edited({ ...cib, fencingLevels: [...(cib.fencingLevels ?? []), level] });
}

/** Removes the levels that fit; to name a level that does not exist is refused. */
export function removeFencingLevels(
  cib: Cib,
  change: Change & { readonly kind: "removeFencingLevels" },
): Edit {
  const index = change.index === null ? null : parseInteger(change.index);
  if (index === null && change.index !== null) return refuse(cib, badIndex(change.index));
  const { fencingLevels = [], ...rest } = cib;
  const isWanted = (level: FencingLevel): boolean =>
    (index === null || level.index === index) &&
    (change.target === null || isSameTarget(level.target, change.target)) &&
    (change.devices.length === 0 || level.devices.join() === change.devices.join());
  const gone = fencingLevels.filter(isWanted);
  if (gone.length === 0 && index !== null) return refuse(cib, missingLevel(index, change));
  const left = fencingLevels.filter((level) => !isWanted(level));
  const next: Cib = left.length === 0 ? rest : { ...rest, fencingLevels: left };
  return edited(
    forgetInTags(next).cib,
    gone.map(({ id }) => `Removing fencing level: ${id}`),
  );
}

function isSameTarget(a: FencingLevel["target"], b: FencingLevel["target"]): boolean {
  return a.kind === b.kind && renderLevelTarget(a) === renderLevelTarget(b);
}

function badIndex(text: string): Problem {
  const expected = `must be a whole number from 1 to ${FENCING_INDEX_MAX}`;
  return { code: "bad-value", path: "fencing level", found: quote(text), expected };
}

function missingLevel(
  index: number,
  { target, devices }: Change & { readonly kind: "removeFencingLevels" },
): Problem {
  const ofTarget = target === null ? "" : ` for ${quote(renderLevelTarget(target))}`;
  const ofDevices = devices.length === 0 ? "" : ` with ${devices.join(", ")}`;
  const expected = "does not exist";
  const path = `fencing level ${index}${ofTarget}${ofDevices}`;
  return { code: "no-such-level", path, found: "", expected };
}
