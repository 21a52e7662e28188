export { ImportLines } from "./old-cluster.ts";
export { nameNodes, planCluster } from "./plan-cluster.ts";
export { planResources, type ResourcePlan } from "./plan-resources.ts";
export { type FilePart, type OldFiles, readOldFiles } from "./read-old-files.ts";
