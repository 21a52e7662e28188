/** What those who run beside a resource want of it: their wishes count for it too. */
import { withContents } from "../../agent/core/configuration/index.ts";
import {
  type NodeName,
  type PlaceCause,
  primitivesOf,
  type ResourceExplanation,
  type ResourceId,
  type SchedulerInput,
  type Transition,
  withoutNumber,
} from "../../agent/core/model/index.ts";
import { explainCause, remediesOf } from "./explain-cause.ts";
import type { Weighed } from "./explanation.ts";

/** Somebody who runs beside the resource, and who says so. */
interface Companion {
  readonly id: ResourceId;
  readonly by: string;
}

/** What companions have to say about a node, and what would change their minds. */
type Company = Pick<Weighed, "speaksFor" | "speaksAgainst" | "remedies">;

/** Causes of the companions at a node: what draws them there and what keeps them off. */
export function explainCompanions(
  { input, transition }: { readonly input: SchedulerInput; readonly transition: Transition },
  resource: ResourceId,
  node: NodeName,
): Company {
  const companions = listCompanions(input, withoutNumber(resource));
  const found = companions.flatMap(({ id, by }) => {
    const explanations = transition.explanations ?? [];
    const other = explanations.find((each) => each.baseId === id);
    return other === undefined ? [] : [{ companion: { id, by }, other }];
  });
  const say = (list: "speaksFor" | "speaksAgainst"): readonly PlaceCause[] =>
    found.flatMap(({ companion, other }) =>
      ownCauses(other, node, list).map((cause) => {
        const { text } = explainCause(cause, { input, resource: companion.id, node });
        const words = `for ${companion.id}, which runs beside it, ${text}`;
        return { kind: "company" as const, id: companion.by, text: words };
      }),
    );
  const remedies = found.flatMap(({ companion, other }) =>
    ownCauses(other, node, "speaksAgainst").flatMap((cause) =>
      remediesOf(cause, { input, resource: companion.id, node }),
    ),
  );
  return { speaksFor: say("speaksFor"), speaksAgainst: say("speaksAgainst"), remedies };
}

/** What a companion has against or for a node by itself; the state of the node is said anyway. */
function ownCauses(
  { places }: ResourceExplanation,
  node: NodeName,
  list: "speaksFor" | "speaksAgainst",
): readonly PlaceCause[] {
  const place = places.find((each) => each.node === node);
  return (place?.[list] ?? []).filter(({ kind }) => kind === "constraint" || kind === "failure");
}

/** Who has to run beside the resource: by colocations that pull, and later members of its group. */
function listCompanions({ cib }: SchedulerInput, own: ResourceId): readonly Companion[] {
  const inside = cib.resources
    .flatMap(withContents)
    .filter((each) => primitivesOf(each).some(({ id }) => id === own));
  const ids = [own, ...inside.map(({ id }) => id)];
  const colocated = cib.constraints.flatMap((constraint): readonly Companion[] => {
    if (constraint.kind !== "colocation" || constraint.score <= 0) return [];
    if (constraint.influence === false || !ids.includes(constraint.withResource)) return [];
    const dependent = cib.resources
      .flatMap(withContents)
      .find(({ id }) => id === constraint.resource);
    const members = dependent === undefined ? [] : primitivesOf(dependent);
    return members.map(({ id }) => ({ id, by: constraint.id }));
  });
  const mates = inside
    .filter((each) => each.kind === "group")
    .flatMap((group) => primitivesOf(group).map(({ id }) => ({ id, by: group.id })));
  const later = mates.slice(mates.findIndex(({ id }) => id === own) + 1);
  return [...colocated, ...later].filter(({ id }) => id !== own);
}
