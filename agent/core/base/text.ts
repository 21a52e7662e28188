/** Orders two texts by code units: the same on every host, whatever its locale. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** A copy sorted by code units. */
export function sortedText(texts: Iterable<string>): readonly string[] {
  return [...texts].sort(compareText);
}

/**
 * JSON with the keys of every object in code-unit order, so that equal values give equal text.
 * Undefined members are left out, as JSON does.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner === null || typeof inner !== "object" || Array.isArray(inner)) return inner;
    const entries = Object.entries(inner).sort(([a], [b]) => compareText(a, b));
    return Object.fromEntries(entries);
  });
}

/**
 * A 53-bit hash of a text as 14 hexadecimal digits: finds differences between equal versions.
 * Not for secrets: packets are sealed by `wire`. Two rounds of 32-bit mixing with different seeds.
 */
export function digestText(text: string): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  const value = 4294967296 * (2097151 & low) + (high >>> 0);
  return value.toString(16).padStart(14, "0");
}
