import type {
  NodeName,
  ResourceId,
  SchedulerInput,
  Transition,
} from "../../agent/core/model/index.ts";

/** Whose cause it is, and on which node. */
export interface CausePlace {
  readonly input: SchedulerInput;
  readonly resource: ResourceId;
  readonly node: NodeName;
  /** What the scheduler made of all resources; absent: nothing is known of the others. */
  readonly transition?: Transition;
  /** Who was followed on the way here. */
  readonly followed?: readonly ResourceId[];
}
