/**
 * The name that was probably meant: the one fewest letters away, at most a third of the letters.
 * Null when none is near. Case does not count.
 */
export function nearestName(wanted: string, names: readonly string[]): string | null {
  // Of a name of one letter nothing is left where that one differs.
  const limit = Math.min(Math.ceil(wanted.length / 3), wanted.length - 1);
  const ranked = names
    .map((name) => ({ name, letters: lettersApart(wanted.toLowerCase(), name.toLowerCase()) }))
    .filter(({ letters }) => letters <= limit)
    .sort((a, b) => a.letters - b.letters);
  return ranked[0]?.name ?? null;
}

function lettersApart(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [line, letter] of [...from].entries()) {
    const next = [line + 1];
    for (const [column, other] of [...to].entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (next[column] ?? 0) + 1, (row[column + 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}

/**
 * The same of full names of agents, by the type alone: standards and providers are so alike that
 * they would hide the difference. Of several with the same type, one of the standard asked for.
 */
export function nearestAgent(wanted: string, names: readonly string[]): string | null {
  const near = nearestName(typeOf(wanted), names.map(typeOf));
  const found = names.filter((name) => typeOf(name) === near);
  const standard = `${wanted.split(":")[0]}:`;
  return found.find((name) => name.startsWith(standard)) ?? found[0] ?? null;
}

function typeOf(name: string): string {
  return name.split(":").at(-1) ?? name;
}
