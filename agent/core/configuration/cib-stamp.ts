import { canonicalJson, digestText } from "../base/index.ts";
import { type Cib, type CibStamp, type LastChange, LINEAGE_MAX } from "../model/index.ts";

/**
 * The stamp of a CIB: its version and a digest of all its content but the lineage. Two CIBs with
 * the same stamp are the same configuration, changed last by the same person at the same time.
 */
export function stampOf(cib: Cib): CibStamp {
  const { lineage: _, ...content } = cib;
  return { version: cib.version, digest: digestText(canonicalJson(content)) };
}

/**
 * True when the CIB is the stamped one or came out of it by changes, as far back as its lineage
 * goes (`LINEAGE_MAX` changes). False also means "not known": an older ancestor is forgotten.
 */
export function descendsFrom(cib: Cib, stamp: CibStamp): boolean {
  return [stampOf(cib), ...cib.lineage].some((ancestor) => isSameStamp(ancestor, stamp));
}

/** True when both CIBs configure the same thing, whatever their versions and histories. */
export function hasSameContent(a: Cib, b: Cib): boolean {
  return contentText(a) === contentText(b);
}

/** The CIB as the next version after `previous`: epoch one up, stamp of `previous` remembered. */
export function nextVersion(cib: Cib, previous: Cib, stamp: LastChange): Cib {
  const { adminEpoch, epoch } = previous.version;
  return {
    ...cib,
    version: { adminEpoch, epoch: epoch + 1, numUpdates: 0 },
    lineage: [stampOf(previous), ...previous.lineage].slice(0, LINEAGE_MAX),
    lastChange: stamp,
  };
}

function contentText(cib: Cib): string {
  const { version: _version, lineage: _lineage, lastChange: _lastChange, ...content } = cib;
  return canonicalJson(content);
}

function isSameStamp(a: CibStamp, b: CibStamp): boolean {
  return canonicalJson(a) === canonicalJson(b);
}
