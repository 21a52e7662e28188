// What has to end before what begins, in a graph some of whose steps do nothing themselves.

/** A step of a plan: an action, or a point that others wait for. */
export interface Step {
  readonly id: number;
  readonly after: readonly number[];
  /** Waits for one of these as well; empty: for none. */
  readonly afterAny: readonly number[];
  /** False for a point, which is contracted. */
  readonly isReal: boolean;
}

/**
 * For each of the real steps, by index, the indices of all that precede it, rising. Closed: if a
 * precedes b and b precedes c, then a precedes c.
 */
export type Precedence = readonly (readonly number[])[];

/** The closed order of a plan, and the ids of the steps whose turn never comes. */
export interface ClosedPlan {
  readonly order: Precedence;
  readonly stuck: readonly number[];
}

/**
 * Closes a plan and leaves out its points. A step that waits for one of several surely comes after
 * what all of these have before them, and after none of them for certain.
 */
export function closePlan(steps: readonly Step[]): ClosedPlan {
  const indexOf = new Map(steps.map(({ id }, index) => [id, index]));
  const known = (ids: readonly number[]): readonly number[] =>
    ids.flatMap((id) => indexOf.get(id) ?? []);
  const graph = steps.map((step) => ({
    all: known(step.after),
    any: known(step.afterAny),
    isMissing: step.after.some((id) => !indexOf.has(id)),
  }));
  const { sequence, isDone } = runThrough(graph);
  const before: bigint[] = steps.map(() => 0n);
  for (const index of sequence) {
    before[index] = predecessorsOf(graph[index] ?? { all: [], any: [] }, before);
  }
  const real = steps.flatMap((step, index) => (step.isReal ? [index] : []));
  return {
    order: real.map((index) => pick(before[index] ?? 0n, real)),
    stuck: steps.flatMap(({ id }, index) => (isDone[index] ? [] : [id])),
  };
}

/** The closed order of `count` steps, given as pairs of indices. */
export function closePairs(
  count: number,
  pairs: readonly (readonly [number, number])[],
): Precedence {
  const after: number[][] = Array.from({ length: count }, () => []);
  for (const [first, second] of pairs) after[second]?.push(first);
  return closePlan(after.map((ids, id) => ({ id, after: ids, afterAny: [], isReal: true }))).order;
}

interface Waits {
  readonly all: readonly number[];
  readonly any: readonly number[];
  readonly isMissing?: boolean;
}

/** Takes the steps as they become ready; those that never do are not in the sequence. */
function runThrough(graph: readonly Waits[]): {
  readonly sequence: readonly number[];
  readonly isDone: readonly boolean[];
} {
  const followers: number[][] = graph.map(() => []);
  for (const [index, { all, any }] of graph.entries()) {
    for (const other of [...all, ...any]) followers[other]?.push(index);
  }
  const isDone = graph.map(() => false);
  const left = graph.map(({ all }) => all.length);
  const sequence: number[] = [];
  const open = graph.flatMap((waits, index) =>
    isReady(waits, left[index] ?? 0, isDone) ? index : [],
  );
  // Those that wait for one of several are taken last, when as many of these as can be are done.
  for (let next = takeBest(open, graph, isDone); next !== undefined; ) {
    if (!isDone[next]) {
      isDone[next] = true;
      sequence.push(next);
      for (const follower of followers[next] ?? []) {
        const waits = graph[follower] ?? { all: [], any: [] };
        left[follower] = (left[follower] ?? 0) - waits.all.filter((x) => x === next).length;
        if (!isDone[follower] && isReady(waits, left[follower] ?? 0, isDone)) open.push(follower);
      }
    }
    next = takeBest(open, graph, isDone);
  }
  return { sequence, isDone };
}

function isReady({ any, isMissing }: Waits, left: number, isDone: readonly boolean[]): boolean {
  if (isMissing === true || left > 0) return false;
  return any.length === 0 || any.some((index) => isDone[index]);
}

function takeBest(
  open: number[],
  graph: readonly Waits[],
  isDone: readonly boolean[],
): number | undefined {
  const at = open.findLastIndex((index) => graph[index]?.any.every((other) => isDone[other]));
  return at < 0 ? open.shift() : open.splice(at, 1)[0];
}

function predecessorsOf({ all, any }: Waits, before: readonly bigint[]): bigint {
  let result = 0n;
  for (const index of all) result |= (before[index] ?? 0n) | (1n << BigInt(index));
  const [only, ...others] = any;
  if (only === undefined) return result;
  if (others.length === 0) return result | (before[only] ?? 0n) | (1n << BigInt(only));
  return result | any.map((index) => before[index] ?? 0n).reduce((a, b) => a & b);
}

function pick(bits: bigint, indices: readonly number[]): readonly number[] {
  // One conversion to text: shifting a long integer for each index would cost more.
  const digits = bits.toString(2);
  return indices.flatMap((index, place) =>
    digits[digits.length - 1 - index] === "1" ? [place] : [],
  );
}

/** Those of the predecessors of a step that precede no other of them. */
export function directPredecessors(order: Precedence, step: number): readonly number[] {
  const earlier = order[step] ?? [];
  const indirect = new Set(earlier.flatMap((each) => order[each] ?? []));
  return earlier.filter((each) => !indirect.has(each));
}
