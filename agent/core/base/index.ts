export { assert, assertNever, InvariantError } from "./assert.ts";
export { earlier, earliest, type Instant } from "./instant.ts";
export { nextRandom, type Random, seededRandom } from "./random.ts";
export { andThen, inTurn, type Step, unchanged } from "./step.ts";
export { canonicalJson, compareText, digestText, sortedText } from "./text.ts";
