import { compareText } from "../base/index.ts";

/** A list of at most this many names is shown whole; of a longer one what is close. */
export const NAMES_SHOWN_MAX = 12;

const NAMES_NEAR = 6;
const NAMES_SUGGESTED = 2;
/** A shorter part of a name says little of which one was meant. */
const PART_LENGTH_MIN = 3;

/** Longest text of a person that a message repeats, in UTF-16 units. */
const QUOTED_LENGTH_MAX = 80;

/** A text as messages repeat it: in double quotes, on one line, cut when long. */
export function quote(text: string): string {
  const isLong = text.length > QUOTED_LENGTH_MAX;
  return JSON.stringify(isLong ? `${text.slice(0, QUOTED_LENGTH_MAX)}…` : text);
}

/**
 * Known names for a message, the one most like `wanted` first, equal ones in code-unit order. Of
 * more than `NAMES_SHOWN_MAX` only those that are close are named, and the rest are counted.
 */
export function renderNearNames(wanted: string, known: readonly string[]): string {
  if (known.length <= NAMES_SHOWN_MAX) return rank(wanted, known).join(", ");
  const close = closeNames(wanted, known).slice(0, NAMES_NEAR);
  if (close.length === 0) return `${known.length} others, none of them like it`;
  return `${close.join(", ")} and ${known.length - close.length} more`;
}

/** What is named: one of them, several, and the command that lists all where they may be many. */
export interface NamedKind {
  readonly one: string;
  readonly many: string;
  readonly listedBy?: string;
}

/**
 * A hint for who gave a name that is not known: what was probably meant, if anything is close, and
 * which there are, if they are few.
 */
export function suggestNames(
  wanted: string,
  known: readonly string[],
  { one, many, listedBy }: NamedKind,
): string {
  if (known.length === 0) return `there are no ${many}`;
  const close = closeNames(wanted, known).slice(0, NAMES_SUGGESTED);
  const meant = `did you mean ${one} ${close.map((name) => `'${name}'`).join(" or ")}?`;
  if (known.length <= NAMES_SHOWN_MAX) {
    const list = `the ${many} are ${rank(wanted, known).join(", ")}`;
    return close.length === 0 ? list : `${meant} ${list}`;
  }
  if (close.length > 0) return meant;
  const shown = listedBy === undefined ? "" : `; "${listedBy}" lists them`;
  return `none of the ${known.length} ${many} is like it${shown}`;
}

/**
 * Names that were probably meant, nearest first: a third of the letters away at most and never all
 * of them, without case; or such that one begins or ends with the other.
 */
function closeNames(wanted: string, known: readonly string[]): readonly string[] {
  const asked = wanted.slice(0, QUOTED_LENGTH_MAX).toLowerCase();
  const limit = Math.min(Math.ceil(asked.length / 3), asked.length - 1);
  return rank(wanted, known).filter((name) => {
    const other = name.toLowerCase();
    const [short = "", long = ""] = [asked, other].toSorted((a, b) => a.length - b.length);
    const isPart =
      short.length >= PART_LENGTH_MIN && (long.startsWith(short) || long.endsWith(short));
    return isPart || asked === other || editDistance(asked, other) <= limit;
  });
}

function rank(wanted: string, known: readonly string[]): readonly string[] {
  return known
    .map((name) => ({ name, distance: editDistance(wanted.slice(0, QUOTED_LENGTH_MAX), name) }))
    .sort((a, b) => a.distance - b.distance || compareText(a.name, b.name))
    .map(({ name }) => name);
}

/** Letters to insert, drop, replace or swap with a neighbour to make one text of the other. */
function editDistance(from: string, to: string): number {
  let previous: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let line = 1; line <= from.length; line++) {
    const next = [line];
    for (let column = 1; column <= to.length; column++) {
      const replaced = at(row, column - 1) + (from[line - 1] === to[column - 1] ? 0 : 1);
      const added = Math.min(at(next, column - 1), at(row, column)) + 1;
      const isSwap = from[line - 1] === to[column - 2] && from[line - 2] === to[column - 1];
      const swapped = isSwap ? at(previous, column - 2) + 1 : Number.MAX_SAFE_INTEGER;
      next.push(Math.min(replaced, added, swapped));
    }
    previous = row;
    row = next;
  }
  return at(row, to.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.MAX_SAFE_INTEGER;
}
