import { ROLE, type Role } from "../working.ts";

/** Reads the name of a role, old ones included; null when it is none. */
export function readRoleName(text: string | undefined): Role | null {
  switch (text?.toLowerCase()) {
    case "stopped":
      return ROLE.stopped;
    case "started":
      return ROLE.started;
    case "unpromoted":
    case "slave":
      return ROLE.unpromoted;
    case "promoted":
    case "master":
      return ROLE.promoted;
    default:
      return null;
  }
}
