import type { AgentParameter } from "../contract.ts";

/** A parameter's metadata: an optional string that need not be unique, unless `more` says else. */
export function describeParameter(
  name: string,
  shortDescription: string,
  more: Partial<AgentParameter> & { readonly longDescription: string },
): AgentParameter {
  const base = { type: "string", isRequired: false, isUnique: false, defaultValue: null } as const;
  return { name, shortDescription, ...base, ...more };
}
