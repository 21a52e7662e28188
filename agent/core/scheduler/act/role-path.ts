import { assert } from "../../base/index.ts";
import { ROLE, type Role } from "../working.ts";

// A resource changes its role step by step:
//
//   stopped ── start ──▶ started                       (not promotable)
//   stopped ── start ──▶ unpromoted ── promote ──▶ promoted
//   promoted ── demote ──▶ unpromoted ── stop ──▶ stopped
//
// `started` and `unpromoted` are the same to an agent, so that there is no step between them.

/** What has to be done for one step from role to role; null: nothing. */
export type RoleStep = "start" | "stop" | "promote" | "demote" | null;

/** The role that comes next on the way to `target`. */
export function nextRoleToward(role: Role, target: Role): Role {
  if (role === target) return role;
  switch (role) {
    case ROLE.unknown:
      return ROLE.stopped;
    case ROLE.stopped:
      if (target === ROLE.promoted) return ROLE.unpromoted;
      return target === ROLE.unknown ? ROLE.stopped : target;
    case ROLE.started:
      return target === ROLE.unknown ? ROLE.stopped : target;
    case ROLE.unpromoted:
      return target === ROLE.promoted ? ROLE.promoted : ROLE.stopped;
    case ROLE.promoted:
      return target === ROLE.unknown ? ROLE.stopped : ROLE.unpromoted;
  }
}

/** The step between two roles of which one follows the other. */
export function stepBetween(from: Role, to: Role): RoleStep {
  if (from === to) return null;
  if (to === ROLE.stopped && from !== ROLE.promoted) return "stop";
  if (from === ROLE.promoted) return "demote";
  if (from === ROLE.unpromoted && to === ROLE.started) return "stop";
  if (from === ROLE.started && to === ROLE.unpromoted) return null;
  assert(from !== ROLE.unknown, `no step from an unknown role to role ${to}`);
  return to === ROLE.promoted ? "promote" : "start";
}
