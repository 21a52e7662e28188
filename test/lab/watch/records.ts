/** One request of the prober. Instants are monotonic ms. `host` is what the body said. */
export interface ProbeRecord {
  readonly startAt: number;
  readonly endAt: number;
  readonly ok: boolean;
  readonly host: string;
}

/** From `at` on these hosts held the address, until the next record. */
export interface OwnerRecord {
  readonly at: number;
  readonly owners: readonly string[];
}

/** What the watch process needs to know; its only argument, as JSON. */
export interface WatchPlan {
  readonly address: string;
  readonly port: number;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Host name and outer pid of PID 1, null while down. Lines on standard input replace it. */
  readonly hosts: readonly (readonly [string, number | null])[];
}

/** One line on the watch process's standard output. */
export function encodeProbe({ startAt, endAt, ok, host }: ProbeRecord): string {
  return `p ${startAt.toFixed(2)} ${endAt.toFixed(2)} ${ok ? 1 : 0} ${host}\n`;
}

/** One line on the watch process's standard output. */
export function encodeOwners({ at, owners }: OwnerRecord): string {
  return `o ${at.toFixed(2)} ${owners.join(",")}\n`;
}

/** The record of a line, or undefined for a line that is none. */
export function decodeRecord(
  line: string,
): { readonly probe: ProbeRecord } | { readonly owners: OwnerRecord } | undefined {
  const [kind, first = "", second = "", third, host = ""] = line.split(" ");
  if (kind === "p") {
    const probe = { startAt: Number(first), endAt: Number(second), ok: third === "1", host };
    return { probe };
  }
  if (kind === "o") {
    return { owners: { at: Number(first), owners: second === "" ? [] : second.split(",") } };
  }
  return undefined;
}
