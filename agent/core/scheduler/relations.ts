/**
 * How an edge between two actions binds them, as bits; an edge may carry several. `first` and
 * `then` are its ends. In brackets the names that Pacemaker's own documents and logs use.
 */
export const RELATION = {
  none: 0,
  /** Order only, if both happen [ordered]. */
  ordered: 1 << 0,
  /** As `ordered`, but only while `first` is no migration [if_first_unmigratable]. */
  ifFirstUnmigratable: 1 << 1,
  /** `then` required makes `first` required [then_implies_first]. */
  thenImpliesFirst: 1 << 4,
  /** `first` required makes `then` required [first_implies_then]. */
  firstImpliesThen: 1 << 5,
  /** `then` (a stop) of a promoted resource makes `first` (its demotion) required. */
  promotedImpliesFirst: 1 << 6,
  /** `then` is no migration unless `first` is one or is optional [unmigratable_then_blocks]. */
  unmigratableThenBlocks: 1 << 7,
  /** `first` not runnable makes `then` not runnable [unrunnable_first_blocks]. */
  unrunnableFirstBlocks: 1 << 8,
  /** `first` required makes `then` required on the same node [first_implies_same_node_then]. */
  firstImpliesSameNodeThen: 1 << 9,
  /** `first` not runnable makes `then` a real action, where it was a point [first_else_then]. */
  firstElseThen: 1 << 11,
  /** Between stop and start of one resource: a stop needs a new start [intermediate_stop]. */
  intermediateStop: 1 << 12,
  /** Only if both are on the same node [if_on_same_node]. */
  ifOnSameNode: 1 << 13,
  /** Only if both are on the same node and `then` is required [if_required_on_same_node]. */
  ifRequiredOnSameNode: 1 << 14,
  /** `first` happening shows `then` in the graph although optional [first_implies_then_graphed]. */
  firstImpliesThenGraphed: 1 << 15,
  /** `then` happening shows `first` in the graph although optional [then_implies_first_graphed]. */
  thenImpliesFirstGraphed: 1 << 16,
  /** No reverse order on stop [asymmetric]. */
  asymmetric: 1 << 20,
  /** Only for the sake of node capacities [if_on_same_node_or_target]. */
  ifOnSameNodeOrTarget: 1 << 21,
  /** A number of such predecessors suffices [min_runnable]. */
  minRunnable: 1 << 22,
  /** Never both at once, whichever comes first [serialize]. */
  serialize: 1 << 23,
  /** `then` required cancels `first` [then_cancels_first]. */
  thenCancelsFirst: 1 << 25,
} as const;
