export {
  type AgentCatalogue,
  type AgentSummary,
  type CatalogueParts,
  openAgentCatalogue,
} from "./agent-catalogue.ts";
export type { ApiServerParts } from "./api-parts.ts";
export { type ApiServer, openApiServer } from "./api-server.ts";
export { type CheckedChanges, checkResourceChanges, type ResourceCheck } from "./check-resource.ts";
