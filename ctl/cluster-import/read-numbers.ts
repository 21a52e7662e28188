/** Reads whole numbers of the old files and says what is wrong with those that are none. */
import { CLUSTER_LIMITS } from "../../agent/wire/index.ts";

/** Told of each value that is none. */
export type Wrong = (mistake: {
  readonly path: string;
  readonly found: string;
  readonly expected: string;
}) => void;

/** A value with its place. */
export interface PlacedValue {
  readonly value: string;
  readonly line: number;
}

/** How many links a cluster may have. */
export const LINKS_MAX = CLUSTER_LIMITS.linksMax;

/** A whole number of at most 32 bits; null when it is none, which `wrong` is told. */
export function readCount(entry: PlacedValue, name: string, wrong: Wrong): number | null {
  const number = /^\d{1,10}$/.test(entry.value) ? Number(entry.value) : Number.NaN;
  if (number < 2 ** 32) return number;
  const path = `line ${entry.line}: ${name}`;
  wrong({ path, found: `"${entry.value.slice(0, 40)}"`, expected: "must be a whole number" });
  return null;
}

/** A port whose next one is a port too. */
export function readPort(entry: PlacedValue, name: string, wrong: Wrong): number | null {
  const port = readCount(entry, name, wrong);
  const { portMax } = CLUSTER_LIMITS;
  if (port === null || (port >= 1 && port <= portMax)) return port;
  const expected = `must be a port from 1 to ${portMax}`;
  wrong({ path: `line ${entry.line}: ${name}`, found: `${port}`, expected });
  return null;
}
