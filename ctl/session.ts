/**
 * What every command works with: the terminal, the paths of this host, the agent when asked for.
 */
import { hostname, userInfo } from "node:os";
import { probeSocket } from "../proto/probe-socket.ts";
import type { AgentClient } from "./agent-client/connect.ts";
import { type Paths, readPaths } from "./paths.ts";

/** Where lines go. A line may hold several. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Empties the screen; absent where there is none. */
  clear?(): void;
}

/** One run of `lbctl`. */
export interface Session {
  readonly paths: Paths;
  readonly terminal: Terminal;
  /** Connects to the agent of this host for as long as `use` runs. Throws `CtlError`. */
  withAgent<Result>(use: (agent: AgentClient) => Promise<Result>): Promise<Result>;
}

/** The session of this process. gRPC is loaded by the first command that needs the agent. */
export function openSession(terminal: Terminal): Session {
  const paths = readPaths(process.env);
  return {
    paths,
    terminal,
    withAgent: async (use) => {
      // Before gRPC is loaded, so that the answer is there when that is done.
      const probed = probeSocket(paths.socket);
      const { connectAgent } = await import("./agent-client/connect.ts");
      const by = `${userName()} via lbctl on ${hostname()}`;
      const agent = await connectAgent(paths.socket, by, probed);
      try {
        return await use(agent);
      } finally {
        agent.close();
      }
    },
  };
}

function userName(): string {
  const sudoer = process.env["SUDO_USER"];
  if (sudoer !== undefined && sudoer !== "") return sudoer;
  try {
    return userInfo().username;
  } catch {
    // A user without an entry in the user database.
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}
