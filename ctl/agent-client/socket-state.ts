import { createConnection } from "node:net";
import { type CtlError, unreachable } from "../ctl-error.ts";

/**
 * Whether somebody listens on a unix socket: `answers`, or the error code of the attempt (`ENOENT`:
 * no such file, `ECONNREFUSED`: left behind by a process that is gone, `EACCES`: not permitted).
 */
export function socketState(path: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve("answers");
    });
    socket.once("error", (error) => {
      resolve("code" in error && typeof error.code === "string" ? error.code : error.message);
    });
  });
}

/** The refusal of a command that needs the agent, by the state of its socket. */
export function noAgent(socketPath: string, state: string): CtlError {
  const start = 'start it with "lbctl cluster start"';
  switch (state) {
    case "ENOENT":
      return unreachable(`no lb-agent on this host: ${socketPath} does not exist; ${start}`);
    case "ECONNREFUSED":
      return unreachable(`no lb-agent on this host: nobody answers on ${socketPath}; ${start}`);
    case "EACCES":
    case "EPERM":
      return unreachable(
        `no permission for ${socketPath}; be root or a member of the group haclient`,
      );
    default:
      return unreachable(`no connection to lb-agent: ${socketPath}: ${state}`);
  }
}
