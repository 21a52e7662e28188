export {
  type AgentCatalogue,
  type AgentSummary,
  type CatalogueParts,
  openAgentCatalogue,
} from "./agent-catalogue.ts";
export { type ApiServer, type ApiServerParts, openApiServer } from "./api-server.ts";
export { type CheckedChanges, checkResourceChanges, type ResourceCheck } from "./check-resource.ts";
