import { INFINITY_SCORE, type NameValues } from "../../model/index.ts";
import { parseScore } from "../score.ts";
import { ROLE, type Role, type WorkingOptions, type WorkingResource } from "../working.ts";
import { readRoleName } from "./role-names.ts";
import { readDurationMs, readFlag } from "./scalars.ts";

/** What meta attributes say of a resource of any kind. */
export type ResourceSettings = Pick<
  WorkingResource,
  | "priority"
  | "stickiness"
  | "migrationThreshold"
  | "failureTimeoutMs"
  | "multipleActive"
  | "requires"
  | "isCritical"
  | "allowsMigration"
  | "allowsUnhealthyNodes"
  | "isNotified"
>;

/** What the defaults of meta attributes depend on. */
export interface SettingsContext {
  readonly options: WorkingOptions;
  readonly isFenceDevice: boolean;
  readonly usesUnfencing: boolean;
}

/** Reads meta attributes; a value that makes no sense counts as the default. */
export function readSettings(meta: NameValues, context: SettingsContext): ResourceSettings {
  const threshold = parseScore(meta["migration-threshold"], INFINITY_SCORE);
  return {
    priority: parseScore(meta["priority"], 0),
    stickiness: parseScore(meta["resource-stickiness"], 0),
    migrationThreshold: threshold < 0 ? INFINITY_SCORE : threshold,
    failureTimeoutMs: readDurationMs(meta["failure-timeout"], 0),
    multipleActive: readMultipleActive(meta["multiple-active"]),
    requires: readRequires(meta["requires"], context),
    isCritical: readFlag(meta["critical"], true),
    allowsMigration: readFlag(meta["allow-migrate"], false),
    allowsUnhealthyNodes: readFlag(meta["allow-unhealthy-nodes"], false),
    isNotified: readFlag(meta["notify"], false),
  };
}

/**
 * The role that `target-role` asks for; null where it asks for nothing more than what happens
 * anyway. Unpromoted makes sense only inside of promotable clones.
 */
export function readTargetRole(meta: NameValues, isInPromotable: boolean): Role | null {
  const role = readRoleName(meta["target-role"]);
  if (role === ROLE.stopped) return role;
  return role === ROLE.unpromoted && isInPromotable ? role : null;
}

/** True when instances differ: because it is said, or because a node may have several. */
export function readUniqueness(meta: NameValues): boolean {
  const said = meta["globally-unique"];
  if (said !== undefined) return readFlag(said, false);
  return Number(meta["clone-node-max"] ?? 1) > 1;
}

function readMultipleActive(text: string | undefined): ResourceSettings["multipleActive"] {
  const policy = text?.toLowerCase();
  switch (policy) {
    case "stop_only":
    case "block":
    case "stop_unexpected":
      return policy;
    default:
      return "stop_start";
  }
}

function readRequires(
  text: string | undefined,
  context: SettingsContext,
): ResourceSettings["requires"] {
  const { options, isFenceDevice, usesUnfencing } = context;
  const value = text?.toLowerCase();
  switch (value) {
    case "nothing":
    case "quorum":
    case "fencing":
      return value;
    case "unfencing":
      return isFenceDevice || !options.isFencingEnabled ? "quorum" : "unfencing";
    default:
      if (isFenceDevice) return "quorum";
      if (usesUnfencing) return readRequires("unfencing", context);
      if (options.isFencingEnabled) return "fencing";
      return options.noQuorumPolicy === "ignore" ? "nothing" : "quorum";
  }
}
