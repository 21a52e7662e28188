import type { NameValues } from "../model/index.ts";

/** The cluster properties that the scheduler looks at, read from their texts. */
export interface ClusterOptions {
  readonly isFencingEnabled: boolean;
  readonly isSymmetric: boolean;
  readonly isInMaintenance: boolean;
  readonly stopsAllResources: boolean;
  readonly stopsOrphans: boolean;
  readonly probesAtStartup: boolean;
  readonly noQuorumPolicy: "stop" | "ignore" | "freeze";
  readonly fencingMethod: "reboot" | "off";
  /** Timeout of operations that name none, in milliseconds. */
  readonly defaultTimeoutMs: number;
}

/** Timeout of an operation for which neither it nor any default names one. */
export const OPERATION_TIMEOUT_MS = 20_000;

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  msec: 1,
  "": 1000,
  s: 1000,
  sec: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  hr: 3_600_000,
};

/** Reads the cluster properties; a value that makes no sense counts as the default. */
export function readClusterOptions(properties: NameValues): ClusterOptions {
  const policy = properties["no-quorum-policy"];
  return {
    isFencingEnabled: readFlag(properties["stonith-enabled"], true),
    isSymmetric: readFlag(properties["symmetric-cluster"], true),
    isInMaintenance: readFlag(properties["maintenance-mode"], false),
    stopsAllResources: readFlag(properties["stop-all-resources"], false),
    stopsOrphans: readFlag(properties["stop-orphan-resources"], true),
    probesAtStartup: readFlag(properties["enable-startup-probes"], true),
    noQuorumPolicy: policy === "ignore" || policy === "freeze" ? policy : "stop",
    fencingMethod: isOff(properties["stonith-action"]) ? "off" : "reboot",
    defaultTimeoutMs: readDurationMs(properties["default-action-timeout"], OPERATION_TIMEOUT_MS),
  };
}

/** Reads a yes or no as people write it; anything else gives `fallback`. */
export function readFlag(text: string | undefined, fallback: boolean): boolean {
  switch (text?.toLowerCase()) {
    case "true":
    case "on":
    case "yes":
    case "y":
    case "1":
      return true;
    case "false":
    case "off":
    case "no":
    case "n":
    case "0":
      return false;
    default:
      return fallback;
  }
}

/** Reads `90`, `90s`, `500ms`, `5min`, `1h` or `PT1M30S` as milliseconds; else `fallback`. */
export function readDurationMs(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const plain = /^(\d+)\s*([a-z]*)$/i.exec(text.trim());
  const unitMs = plain === null ? undefined : UNIT_MS[(plain[2] ?? "").toLowerCase()];
  if (plain !== null && unitMs !== undefined) return Number(plain[1]) * unitMs;
  const iso = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/i.exec(text.trim());
  if (iso === null) return fallback;
  const [days, hours, minutes, seconds] = [iso[1], iso[2], iso[3], iso[4]].map((x) =>
    Number(x ?? 0),
  );
  return ((((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000;
}

function isOff(text: string | undefined): boolean {
  return text === "off" || text === "poweroff";
}
