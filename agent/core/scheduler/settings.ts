import { INFINITY_SCORE, type NameValues } from "../model/index.ts";
import { readDurationMs, readFlag } from "./options.ts";
import { parseScore } from "./score.ts";

/** The meta attributes of a primitive, after its group and the resource defaults had their say. */
export interface ResourceSettings {
  readonly priority: number;
  readonly stickiness: number;
  /** Failures after which a node is forbidden; 0: never, `INFINITY_SCORE`: only a fatal failure. */
  readonly migrationThreshold: number;
  /** After how long a failure is forgotten; 0: never. */
  readonly failureTimeoutMs: number;
  readonly isDisabled: boolean;
  readonly isManaged: boolean;
  readonly isInMaintenance: boolean;
  readonly multipleActive: "stop_start" | "stop_only" | "block" | "stop_unexpected";
  readonly needsQuorum: boolean;
}

/** Reads meta attributes; the first of `layers` that names one wins. */
export function readSettings(layers: readonly NameValues[]): ResourceSettings {
  const find = (name: string): string | undefined =>
    layers.find((layer) => layer[name] !== undefined)?.[name];
  return {
    priority: parseScore(find("priority"), 0),
    stickiness: parseScore(find("resource-stickiness"), 0),
    migrationThreshold: Math.max(0, parseScore(find("migration-threshold"), INFINITY_SCORE)),
    failureTimeoutMs: readDurationMs(find("failure-timeout"), 0),
    isDisabled: find("target-role")?.toLowerCase() === "stopped",
    isManaged: readFlag(find("is-managed"), true),
    isInMaintenance: readFlag(find("maintenance"), false),
    multipleActive: readMultipleActive(find("multiple-active")),
    needsQuorum: find("requires")?.toLowerCase() !== "nothing",
  };
}

function readMultipleActive(text: string | undefined): ResourceSettings["multipleActive"] {
  switch (text) {
    case "stop_only":
    case "block":
    case "stop_unexpected":
      return text;
    default:
      return "stop_start";
  }
}
