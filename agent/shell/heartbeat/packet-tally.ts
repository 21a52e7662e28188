import type { HeartbeatReport, PacketCounters, ProtocolVersions } from "../../core/model/index.ts";
import { PROTOCOL_VERSIONS, type RefusalCause } from "../../wire/index.ts";

/** Counters of a healthy link are told this much more rarely. */
const QUIET_COUNTERS_TIMES = 5;

/** A packet that was not accepted, as far as it is counted. */
export interface CountedRefusal {
  readonly cause: RefusalCause;
  readonly versions?: ProtocolVersions;
}

/** Counts what is sent, accepted and refused, and says what of it the agent should hear. */
export class PacketTally {
  readonly #counters: { -readonly [Cause in keyof PacketCounters]: number } = {
    sent: 0,
    accepted: 0,
    malformed: 0,
    foreignCluster: 0,
    wrongKey: 0,
    wrongVersion: 0,
    replayed: 0,
    stale: 0,
  };
  /** What was counted when the counters were last told, and how often they were not since. */
  #refusals = 0;
  #quietTimes = 0;
  /** The versions of the last packet whose version is not spoken here, and those that were told. */
  #refused: ProtocolVersions | null = null;
  #told: ProtocolVersions | null = null;

  noteSent(): void {
    this.#counters.sent += 1;
  }

  noteAccepted(): void {
    this.#counters.accepted += 1;
    // The next packet that cannot be read is news again.
    this.#refused = null;
    this.#told = null;
  }

  noteRefused({ cause, versions }: CountedRefusal): void {
    this.#counters[cause] += 1;
    if (versions !== undefined) this.#refused = versions;
  }

  /** What is due: to be asked every two seconds, so that nobody's packets can flood the log. */
  reports(): readonly HeartbeatReport[] {
    return [...this.#versions(), ...this.#counts()];
  }

  #versions(): readonly HeartbeatReport[] {
    const [theirs, told] = [this.#refused, this.#told];
    if (theirs === null) return [];
    if (theirs.oldest === told?.oldest && theirs.newest === told.newest) return [];
    this.#told = theirs;
    return [{ kind: "versionRefused", theirs, ours: PROTOCOL_VERSIONS }];
  }

  #counts(): readonly HeartbeatReport[] {
    const { sent, accepted, ...refused } = this.#counters;
    const refusals = Object.values(refused).reduce((sum, count) => sum + count, 0);
    this.#quietTimes += 1;
    if (refusals === this.#refusals && this.#quietTimes < QUIET_COUNTERS_TIMES) return [];
    this.#refusals = refusals;
    this.#quietTimes = 0;
    return [{ kind: "counters", counters: { sent, accepted, ...refused } }];
  }
}
