/** Release of this source: the same as in package.json; both nodes show theirs in `status`. */
export const RELEASE = "0.1.0";
