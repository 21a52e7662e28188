import type { AddressTable, Watch } from "../../../resource-agents/contract.ts";
import type { WriteLog } from "../log/index.ts";
import { FileWatch } from "./file-watch.ts";
import { canonicalIp, parseKernelLine } from "./kernel-lines.ts";
import { KernelMonitor } from "./kernel-monitor.ts";
import { ProcessWatch } from "./process-watch.ts";

/** Watches kept of one owner; more are refused with a line in the log. */
const WATCHES_OF_OWNER_MAX = 64;

/** What the hints need, and whom they tell. */
export interface HintsPorts {
  readonly addresses: Pick<AddressTable, "list" | "nics">;
  /** Something that `owner` watches has gone, or may have: look at once. Never a verdict. */
  readonly onHint: (owner: string, watch: Watch) => void;
  /** A NIC went up or down; told of every NIC once at the start, `isUp` needs a carrier. */
  readonly onLinkChanged: (nic: string, isUp: boolean) => void;
  readonly log: WriteLog;
}

/** What is watched for whom. */
export interface Hints {
  /** Replaces all watches of `owner`. An address that is missing already is told soon. */
  readonly watch: (owner: string, watches: readonly Watch[]) => void;
  /** Ends all watches and the child; nothing is told afterwards. */
  readonly close: () => void;
  /** Process id of the `ip monitor` child, null while there is none. */
  readonly monitorPid: () => number | null;
}

/** Starts watching: one `ip monitor` child, one timer while processes are watched. */
export function openHints(ports: HintsPorts): Hints {
  const watcher = new Watcher(ports);
  return {
    watch: (owner, watches) => watcher.watch(owner, watches),
    close: () => watcher.close(),
    monitorPid: () => watcher.monitorPid,
  };
}

type AddressWatch = Extract<Watch, { kind: "address" }>;

class Watcher {
  readonly #ports: HintsPorts;
  readonly #monitor: KernelMonitor;
  readonly #processes = new ProcessWatch();
  readonly #files = new FileWatch();
  readonly #addresses = new Map<string, readonly AddressWatch[]>();
  readonly #pids = new Map<string, Map<number, () => void>>();
  readonly #paths = new Map<string, Map<string, () => void>>();
  readonly #links = new Map<string, boolean>();
  #isChecking = false;
  #isDoubtLeft = false;
  #isClosed = false;

  constructor(ports: HintsPorts) {
    this.#ports = ports;
    this.#monitor = new KernelMonitor({
      onLine: (line) => this.#onLine(line),
      onDoubt: () => this.#checkAll(),
      log: ports.log,
    });
  }

  get monitorPid(): number | null {
    return this.#monitor.pid;
  }

  watch(owner: string, watches: readonly Watch[]): void {
    if (this.#isClosed) return;
    if (watches.length > WATCHES_OF_OWNER_MAX) this.#refuse(owner, `${watches.length} watches`);
    const kept = watches.slice(0, WATCHES_OF_OWNER_MAX);
    this.#watchAddresses(
      owner,
      kept.flatMap((watch) =>
        watch.kind === "address" ? [{ ...watch, ip: canonicalIp(watch.ip) }] : [],
      ),
    );
    this.#watchProcesses(
      owner,
      kept.flatMap((watch) => (watch.kind === "process" ? [watch.pid] : [])),
    );
    this.#watchFiles(
      owner,
      kept.flatMap((watch) => (watch.kind === "file" ? [watch.path] : [])),
    );
  }

  close(): void {
    this.#isClosed = true;
    this.#monitor.close();
    this.#processes.close();
    this.#files.close();
    this.#addresses.clear();
    this.#pids.clear();
    this.#paths.clear();
  }

  #watchAddresses(owner: string, wanted: readonly AddressWatch[]): void {
    const before = this.#addresses.get(owner) ?? [];
    if (wanted.length === 0) this.#addresses.delete(owner);
    else this.#addresses.set(owner, wanted);
    // A new one may have gone between the monitor that saw it and this call.
    if (wanted.some((watch) => !before.some((other) => isSame(watch, other)))) this.#checkAll();
  }

  #watchProcesses(owner: string, wanted: readonly number[]): void {
    const before = this.#pids.get(owner) ?? new Map<number, () => void>();
    const after = new Map<number, () => void>();
    this.#pids.set(owner, after);
    for (const pid of new Set(wanted)) {
      const kept = before.get(pid);
      if (kept !== undefined) after.set(pid, kept);
      else this.#watchProcess(owner, pid, after);
    }
    for (const [pid, end] of before) if (!after.has(pid)) end();
    if (after.size === 0) this.#pids.delete(owner);
  }

  #watchProcess(owner: string, pid: number, watched: Map<number, () => void>): void {
    const end = this.#processes.add(pid, () => {
      // Told once; the next successful monitor names the new processes.
      this.#pids.get(owner)?.delete(pid);
      this.#ports.onHint(owner, { kind: "process", pid });
    });
    if (end === null) this.#refuse(owner, `process ${pid}`);
    else watched.set(pid, end);
  }

  #watchFiles(owner: string, wanted: readonly string[]): void {
    const before = this.#paths.get(owner) ?? new Map<string, () => void>();
    const after = new Map<string, () => void>();
    for (const path of new Set(wanted)) {
      const tell = (): void => this.#ports.onHint(owner, { kind: "file", path });
      const end = before.get(path) ?? this.#files.add(path, tell);
      if (end === null) this.#refuse(owner, `file ${path}`);
      else after.set(path, end);
    }
    for (const [path, end] of before) if (!after.has(path)) end();
    if (after.size === 0) this.#paths.delete(owner);
    else this.#paths.set(owner, after);
  }

  #refuse(owner: string, what: string): void {
    const fields = { resource: owner, reason: `${what}: too many watches or open files` };
    this.#ports.log({ level: "warning", event: "watchRefused", fields });
  }

  #onLine(line: string): void {
    if (this.#isClosed) return;
    const parsed = parseKernelLine(line);
    if (parsed === null) return;
    if (parsed.kind === "link") this.#setLink(parsed.nic, parsed.isUp);
    else this.#tell((watch) => watch.ip === parsed.ip && watch.nic === parsed.nic);
  }

  #setLink(nic: string, isUp: boolean): void {
    if (this.#links.get(nic) === isUp) return;
    this.#links.set(nic, isUp);
    this.#ports.onLinkChanged(nic, isUp);
  }

  #tell(isConcerned: (watch: AddressWatch) => boolean): void {
    for (const [owner, watches] of this.#addresses) {
      for (const watch of watches) if (isConcerned(watch)) this.#ports.onHint(owner, watch);
    }
  }

  /** Looks at everything once; a doubt that comes up meanwhile is looked at once more after it. */
  #checkAll(): void {
    this.#isDoubtLeft = true;
    if (this.#isChecking || this.#isClosed) return;
    this.#isChecking = true;
    this.#checkOnce()
      .catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        this.#ports.log({ level: "warning", event: "ipCommandFailed", fields: { reason } });
      })
      .finally(() => {
        this.#isChecking = false;
      });
  }

  async #checkOnce(): Promise<void> {
    while (this.#isDoubtLeft && !this.#isClosed) {
      this.#isDoubtLeft = false;
      const found = await this.#ports.addresses.list();
      // Used at once: a line that comes later is newer.
      const nics = await this.#ports.addresses.nics();
      if (this.#isClosed) return;
      const names = new Set(nics.map(({ name }) => name));
      for (const { name, isUp } of nics) this.#setLink(name, isUp);
      for (const name of this.#links.keys()) if (!names.has(name)) this.#setLink(name, false);
      const there = new Set(found.map(({ ip, nic }) => `${nic} ${canonicalIp(ip)}`));
      this.#tell((watch) => !there.has(`${watch.nic} ${watch.ip}`));
    }
  }
}

function isSame(a: AddressWatch, b: AddressWatch): boolean {
  return a.ip === b.ip && a.nic === b.nic;
}
