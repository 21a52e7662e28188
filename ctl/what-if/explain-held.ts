/** What would free a resource that is disabled, not managed or blocked: from where that is set. */
import { parseBoolean, withContents } from "../../agent/core/configuration/index.ts";
import {
  type Cib,
  type NameValues,
  type ResourceId,
  type ResourceState,
  type SchedulerInput,
  withoutNumber,
} from "../../agent/core/model/index.ts";
import { remediesOfFailures } from "./explain-cause.ts";
import type { Remedy } from "./explanation.ts";
import { isSwitchedOn } from "./picture.ts";

/** A resource that may be held, and where it is active. */
export type HeldResource = Pick<
  ResourceState,
  "resource" | "activeOn" | "isDisabled" | "isManaged" | "isBlocked"
>;

/** The commands that would free it. */
export function remediesOfHold(input: SchedulerInput, held: HeldResource): readonly Remedy[] {
  const { cib } = input;
  return [
    ...(held.isDisabled ? enable(cib, held.resource) : []),
    ...(held.isManaged ? [] : manage(input, held)),
    ...(held.isBlocked ? remediesOfFailures(input, held.resource, null) : []),
    ...ofCluster(input),
  ];
}

function enable(cib: Cib, resource: ResourceId): readonly Remedy[] {
  const isSet = (meta: NameValues): boolean => meta["target-role"] !== undefined;
  return ownersOf(cib, resource)
    .filter(({ meta }) => isSet(meta))
    .map(({ id }) => ({
      command:
        id === null ? "lbctl resource defaults update target-role=" : `lbctl resource enable ${id}`,
      effect: "lets the cluster start it",
    }));
}

function manage(input: SchedulerInput, { resource, activeOn }: HeldResource): readonly Remedy[] {
  const { cib } = input;
  const remedies: Remedy[] = [];
  if (isYes(cib.properties["maintenance-mode"])) {
    const effect = "ends the maintenance of the whole cluster";
    remedies.push({ command: "lbctl property set maintenance-mode=false", effect });
  }
  for (const node of activeOn) {
    if (!isSwitchedOn(input, node, "maintenance")) continue;
    const effect = `lets the cluster look after ${node} again`;
    remedies.push({ command: `lbctl node unmaintenance ${node}`, effect });
  }
  const effect = "lets the cluster start, stop and watch it again";
  for (const { id, meta } of ownersOf(cib, resource)) {
    const owner = id === null ? "lbctl resource defaults update" : `lbctl resource meta ${id}`;
    if (meta["is-managed"] !== undefined && !isYes(meta["is-managed"])) {
      const command = id === null ? `${owner} is-managed=` : `lbctl resource manage ${id}`;
      remedies.push({ command, effect });
    }
    if (isYes(meta["maintenance"])) remedies.push({ command: `${owner} maintenance=`, effect });
  }
  return remedies;
}

function ofCluster({ cib }: SchedulerInput): readonly Remedy[] {
  if (!isYes(cib.properties["stop-all-resources"])) return [];
  const command = "lbctl property set stop-all-resources=false";
  return [{ command, effect: "lets resources run again" }];
}

/** Whoever gives meta attributes to a primitive, innermost first; id null: the defaults. */
function ownersOf(
  cib: Cib,
  resource: ResourceId,
): readonly { readonly id: ResourceId | null; readonly meta: NameValues }[] {
  const own = withoutNumber(resource);
  const tree = cib.resources
    .flatMap(withContents)
    .filter((each) => withContents(each).some(({ id }) => id === own))
    .toReversed();
  const owners = tree.map(({ id, meta, metaSets = [] }) => ({
    id,
    // Whether the rule of a set holds is for the scheduler to say: the command clears the name.
    meta: { ...Object.assign({}, ...metaSets.map(({ values }) => values)), ...meta },
  }));
  const found = owners.find(({ id }) => id === own);
  const rest = owners.filter((owner) => owner !== found);
  const defaults = { id: null, meta: cib.resourceDefaults };
  return [...(found === undefined ? [] : [found]), ...rest, defaults];
}

function isYes(text: string | undefined): boolean {
  return text !== undefined && parseBoolean(text) === true;
}
