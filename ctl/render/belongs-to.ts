import type { ResourceStatus } from "../../agent/core/model/index.ts";

/** True when an id means this resource: with or without its number, or its group or clone. */
export function belongsTo({ id, group, clone }: ResourceStatus, wanted: string): boolean {
  return [id, id.replace(/:\d+$/, ""), group, clone].includes(wanted);
}
