import { topOf } from "../tree.ts";
import type { WorkingResource } from "../working.ts";

/** True for a promotable clone and what is inside it. */
export function isPromotable(resource: WorkingResource): boolean {
  return topOf(resource).clone?.isPromotable === true;
}
