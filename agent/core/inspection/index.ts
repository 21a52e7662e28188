/** What the nodes found out about what their resources need: is it there, and is it alike? */
export { compareInspections, isIgnored } from "./compare-inspections.ts";
