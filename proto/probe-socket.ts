import { createConnection } from "node:net";

/**
 * Whether somebody listens on a unix socket: `answers`, or the error code of the attempt (`ENOENT`:
 * no such file, `ECONNREFUSED`: left behind by a process that is gone, `EACCES`: not permitted).
 */
export function probeSocket(path: string): Promise<string> {
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
