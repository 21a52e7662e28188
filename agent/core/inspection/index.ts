/** What the nodes found out about what their resources need: is it there, and is it alike? */
export {
  type Comparison,
  compareInspections,
  type IgnoredDifference,
  listUnusedEntries,
} from "./compare-inspections.ts";
