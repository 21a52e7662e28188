/** Orders that a stopped resource waits for. */
import { findResource } from "../../agent/core/configuration/index.ts";
import {
  type OrderConstraint,
  primitivesOf,
  type ResourceId,
  type SchedulerInput,
  type Transition,
  withoutNumber,
} from "../../agent/core/model/index.ts";

/** One clause for each order whose first resource is not where it has to be; none once it runs. */
export function explainOrders(
  { input, transition }: { readonly input: SchedulerInput; readonly transition: Transition },
  resource: ResourceId,
): readonly string[] {
  const own = withoutNumber(resource);
  const isActive = (id: ResourceId): boolean =>
    transition.states.some(
      (state) => withoutNumber(state.resource) === id && state.activeOn.length > 0,
    );
  if (isActive(own)) return [];
  const { cib } = input;
  const isOfOwn = (id: ResourceId): boolean => membersOf(input, id).includes(own);
  return cib.constraints
    .filter((each): each is OrderConstraint => each.kind === "order")
    .filter(({ strength, thenAction }) => strength === "Mandatory" && thenAction === "start")
    .filter((order) => order.firstAction === "start" && isOfOwn(order.then))
    .flatMap(({ id, first }) => {
      const missing = membersOf(input, first).filter((member) => !isActive(member));
      if (missing.length === 0) return [];
      return [
        `it starts after ${first} (constraint ${id}), of which ${missing.join(", ")} is stopped`,
      ];
    });
}

function membersOf({ cib }: SchedulerInput, id: ResourceId): readonly ResourceId[] {
  const found = findResource(cib, id);
  return found === null ? [id] : primitivesOf(found).map((primitive) => primitive.id);
}
