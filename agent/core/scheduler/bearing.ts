import { ROLE, type WorkingColocation, type WorkingResource } from "./working.ts";

/** A colocation that is to be applied to one dependent. */
export interface Pairing {
  readonly dependent: WorkingResource;
  readonly primary: WorkingResource;
  readonly colocation: WorkingColocation;
}

/** What a colocation bears on at the moment. */
export type Bearing = "role" | "location" | "nothing";

/** `isPreview`: as if everything were assigned. */
export function bearingOf(
  { dependent, primary, colocation }: Pairing,
  isPreview: boolean,
): Bearing {
  if (!isPreview && !primary.isAssigned) return "nothing";
  const { dependentRole, primaryRole } = colocation;
  const isInstance = dependent.parent?.clone?.isPromotable === true;
  if (dependentRole >= ROLE.unpromoted && isInstance && dependent.isAssigned) return "role";
  if (!isPreview && dependent.isAssigned) return "nothing";
  if (dependentRole !== ROLE.unknown && dependentRole !== dependent.nextRole) return "nothing";
  if (primaryRole !== ROLE.unknown && primaryRole !== primary.nextRole) return "nothing";
  return "location";
}
