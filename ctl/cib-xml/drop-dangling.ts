/** Leaves out what names a resource that is not there, as Pacemaker ignores it. */
import { listResources, resourcesNamedIn } from "../../agent/core/configuration/index.ts";
import type { Cib } from "../../agent/core/model/index.ts";
import type { ImportLine } from "./import-line.ts";

/** The configuration without dangling constraints, tag members and fencing levels. */
export function dropDangling(cib: Cib, tell: (line: ImportLine) => void): Cib {
  const resources = new Set([
    ...listResources(cib).map(({ id }) => id),
    ...(cib.templates ?? []).map(({ id }) => id),
  ]);
  const names = new Set([...resources, ...(cib.tags ?? []).map(({ id }) => id)]);
  const drop = (subject: string, absent: string): void => {
    tell({ kind: "dropped", subject, text: `names ${absent}, which is not there` });
  };
  const constraints = cib.constraints.filter((constraint) => {
    const absent = resourcesNamedIn(constraint).find((id) => !names.has(id));
    if (absent !== undefined) drop(`constraint ${constraint.id}`, absent);
    return absent === undefined;
  });
  const tags = cib.tags?.map((tag) => ({
    ...tag,
    members: tag.members.filter((member) => {
      // A tag may name anything that has an id.
      if (isBorne(cib, resources, member)) return true;
      drop(`tag ${tag.id}`, member);
      return false;
    }),
  }));
  const fencingLevels = cib.fencingLevels?.filter(({ id, devices }) => {
    const absent = devices.find((device) => !resources.has(device));
    if (absent !== undefined) drop(`fencing level ${id}`, absent);
    return absent === undefined;
  });
  return {
    ...cib,
    constraints,
    ...(tags === undefined ? {} : { tags: tags.filter(({ members }) => members.length > 0) }),
    ...(fencingLevels === undefined ? {} : { fencingLevels }),
  };
}

function isBorne(cib: Cib, resources: ReadonlySet<string>, id: string): boolean {
  return (
    resources.has(id) ||
    cib.constraints.some((constraint) => constraint.id === id) ||
    (cib.tags ?? []).some((tag) => tag.id === id)
  );
}
