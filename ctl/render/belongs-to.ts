import { type ResourceStatus, withoutNumber } from "../../agent/core/model/index.ts";

/** True when an id means this resource: with or without its number, or its group or clone. */
export function belongsTo({ id, group, clone }: ResourceStatus, wanted: string): boolean {
  return [id, withoutNumber(id), group, clone].includes(wanted);
}
