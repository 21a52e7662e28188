export { type Hints, type HintsPorts, openHints } from "./hints.ts";
export { canonicalIp } from "./kernel-lines.ts";
