import { compareText } from "../base/index.ts";

/** A list of at most this many names is shown whole; of a longer one the nearest six. */
export const NAMES_SHOWN_MAX = 12;

const NAMES_NEAR = 6;

/** Longest text of a person that a message repeats, in UTF-16 units. */
const QUOTED_LENGTH_MAX = 80;

/** A text as messages repeat it: in double quotes, on one line, cut when long. */
export function quote(text: string): string {
  const isLong = text.length > QUOTED_LENGTH_MAX;
  return JSON.stringify(isLong ? `${text.slice(0, QUOTED_LENGTH_MAX)}…` : text);
}

/**
 * Known names for a message, the one most like `wanted` first, equal ones in code-unit order. Of
 * more than `NAMES_SHOWN_MAX` only the nearest are named, and the rest are counted.
 */
export function renderNearNames(wanted: string, known: readonly string[]): string {
  const ranked = known
    .map((name) => ({ name, distance: editDistance(wanted.slice(0, QUOTED_LENGTH_MAX), name) }))
    .sort((a, b) => a.distance - b.distance || compareText(a.name, b.name))
    .map(({ name }) => name);
  if (ranked.length <= NAMES_SHOWN_MAX) return ranked.join(", ");
  return `${ranked.slice(0, NAMES_NEAR).join(", ")} and ${ranked.length - NAMES_NEAR} more`;
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
