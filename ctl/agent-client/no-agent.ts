import { type CtlError, unreachable } from "../ctl-error.ts";

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
