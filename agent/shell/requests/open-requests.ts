import type { AgentEvent, ApiReply, ApiRequest } from "../../core/model/index.ts";
import type { Replies } from "../../ports/index.ts";

/** Requests that may be open at once; more are refused. */
const OPEN_MAX = 1024;

/** Requests of clients on their way through the core. */
export interface OpenRequests extends Replies {
  /** Passes a request to the core; resolves with its reply, never rejects. */
  readonly handle: (request: ApiRequest) => Promise<ApiReply>;
}

/** Numbers the requests and keeps who waits for which. */
export function openRequests(post: (event: AgentEvent) => void): OpenRequests {
  const open = new Map<number, (reply: ApiReply) => void>();
  let nextId = 1;
  return {
    handle: (request) => {
      if (open.size >= OPEN_MAX) {
        const text = `${OPEN_MAX} requests are open already; try again`;
        return Promise.resolve({ kind: "failed", text });
      }
      return new Promise((resolve) => {
        const requestId = nextId;
        nextId += 1;
        open.set(requestId, resolve);
        post({ kind: "requested", requestId, request });
      });
    },
    reply: (requestId, reply) => {
      open.get(requestId)?.(reply);
      open.delete(requestId);
    },
  };
}
