/** The gRPC server on the agent's unix socket. States: listening, closed; see `openApiServer`. */
import { chmodSync, chownSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { loadApiDefinition } from "../../../proto/api-definition.ts";
import { probeSocket } from "../../../proto/probe-socket.ts";
import { apiHandlers } from "./api-handlers.ts";
import type { ApiServerParts } from "./api-parts.ts";

const SOCKET_MODE = 0o660;
const SOCKET_GROUP = "haclient";
/**
 * A watching client keeps its call open: it is cut after this many milliseconds of shutting down.
 */
const CLOSE_WAIT_MS = 300;

/** A listening server. */
export interface ApiServer {
  /** Answers what is under way, then ends and removes the socket file. */
  close(): Promise<void>;
}

/**
 * Listens on the socket: mode 0660, group haclient where that group exists. The socket file of an
 * agent that is gone is replaced. Returns one clear line when another agent answers there already,
 * or when the socket cannot be made.
 */
export async function openApiServer(parts: ApiServerParts): Promise<ApiServer | string> {
  const { socketPath } = parts;
  const found = await probeSocket(socketPath);
  if (found === "answers") return `${socketPath}: another lb-agent is running`;
  const { service, problemList } = loadApiDefinition();
  const server = new Server();
  server.addService(service, apiHandlers(parts, problemList));
  // Between listening and chmod nobody else may connect.
  const umask = process.umask(0o077);
  try {
    mkdirSync(dirname(socketPath), { recursive: true, mode: 0o755 });
    if (found !== "ENOENT") rmSync(socketPath, { force: true });
    await listen(server, socketPath);
    setGroup(socketPath);
    chmodSync(socketPath, SOCKET_MODE);
  } catch (error) {
    server.forceShutdown();
    return `${socketPath}: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    process.umask(umask);
  }
  return { close: () => close(server, socketPath) };
}

function listen(server: Server, socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`unix:${socketPath}`, ServerCredentials.createInsecure(), (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
}

/** Without the group, only root may connect. */
function setGroup(socketPath: string): void {
  const line = readFileSync("/etc/group", "utf8")
    .split("\n")
    .find((each) => each.startsWith(`${SOCKET_GROUP}:`));
  const id = Number(line?.split(":")[2]);
  if (!Number.isInteger(id) || process.getuid?.() !== 0) return;
  chownSync(socketPath, 0, id);
}

function close(server: Server, socketPath: string): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      rmSync(socketPath, { force: true });
      resolve();
    };
    // A client that does not read keeps its call open whatever the server does: it is left behind.
    const timer = setTimeout(() => {
      server.forceShutdown();
      end();
    }, CLOSE_WAIT_MS);
    server.tryShutdown(end);
  });
}
