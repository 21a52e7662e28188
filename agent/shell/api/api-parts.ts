import type { ApiReply, ApiRequest } from "../../core/model/index.ts";
import type { AgentCatalogue } from "./agent-catalogue.ts";

/** What the server is made of. */
export interface ApiServerParts {
  readonly socketPath: string;
  readonly release: string;
  readonly agents: AgentCatalogue;
  /** Passes a request to the core and gives its reply. Never rejects; wall time for people. */
  readonly handle: (request: ApiRequest) => Promise<ApiReply>;
}
