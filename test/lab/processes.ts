import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A process of a host as the machine sees it. */
export interface HostProcess {
  /** Pid outside, to signal it directly; and inside, as the host's own files name it. */
  readonly pid: number;
  readonly insidePid: number;
  readonly name: string;
  readonly command: readonly string[];
}

/** All processes in the pid namespace whose PID 1 is `initPid`, by pid. */
export function processesOf(initPid: number): HostProcess[] {
  const namespace = readQuietly(() => readlinkSync(`/proc/${initPid}/ns/pid`));
  if (namespace === undefined) return [];
  const pids = readdirSync("/proc").filter((entry) => /^\d+$/.test(entry));
  return pids.flatMap((pid) => {
    if (readQuietly(() => readlinkSync(`/proc/${pid}/ns/pid`)) !== namespace) return [];
    const process = describe(Number(pid));
    return process === undefined ? [] : [process];
  });
}

function describe(pid: number): HostProcess | undefined {
  return readQuietly(() => {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const name = /^Name:\s+(.*)$/m.exec(status)?.[1] ?? "";
    const insidePid = Number(/^NSpid:.*\s(\d+)$/m.exec(status)?.[1] ?? pid);
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
    return { pid, insidePid, name, command };
  });
}

/** A process may end while it is being looked at: then there is nothing to say of it. */
function readQuietly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
