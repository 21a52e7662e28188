import type { ClusterStatus } from "../../agent/core/model/index.ts";

/** The wall clock of the examples: a Friday evening in local time, whatever the time zone is. */
export const EXAMPLE_NOW_MS = new Date(2026, 10, 20, 20, 24, 59).getTime();

const RESOURCE = {
  group: "",
  clone: "",
  isUnique: false,
  isPromotable: false,
  instancesMax: 1,
  role: "Started",
  nodes: ["p1"],
  places: [{ node: "p1", role: "Started", isManaged: true, isInMaintenance: false }],
  isManaged: true,
  isInMaintenance: false,
  isDisabled: false,
  isBlocked: false,
  isFailed: false,
  isFailureIgnored: false,
  lockedTo: "",
  isOrphan: false,
  reason: "",
  repairs: 0,
} as const;

const NODE = {
  state: "online",
  isOnline: true,
  isStandby: false,
  isMaintenance: false,
  attributes: {},
  release: "0.1.0",
} as const;

/** Two nodes, an address and a web server on the first: what the guide builds. For tests. */
export const EXAMPLE_STATUS: ClusterStatus = {
  clusterName: "lab",
  localNode: "p1",
  release: "0.1.0",
  nowWallMs: EXAMPLE_NOW_MS,
  dc: "p2",
  isDcHere: false,
  ring: "1.9",
  transport: "udpu",
  profile: "lan",
  tokenTimeoutMs: 1000,
  quorum: {
    isQuorate: true,
    votesExpected: 1,
    votesPresent: 2,
    votesNeeded: 1,
    isTwoNode: true,
    waitsForAll: false,
    isWaiting: false,
  },
  cibVersion: "0.13.5",
  lastChangeWallMs: EXAMPLE_NOW_MS - 3000,
  lastChangeBy: "root via lbctl on p1",
  nodes: [
    { ...NODE, id: 1, name: "p1", addresses: ["10.99.0.1"] },
    { ...NODE, id: 2, name: "p2", addresses: ["10.99.0.2"] },
  ],
  resources: [
    { ...RESOURCE, id: "virtual_ip", agent: "ocf:heartbeat:IPaddr2" },
    { ...RESOURCE, id: "webserver", agent: "ocf:heartbeat:apache" },
  ],
  failures: [],
  operations: [],
  failcounts: [],
  links: [{ link: 0, localAddress: "10.99.0.1", peerAddress: "10.99.0.2", isUp: true }],
  counters: { refusedReplay: 1, refusedKey: 2 },
  pending: [],
  warnings: [],
  heartbeatScheduling: "realtime",
  isStonithEnabled: false,
  isMaintenance: false,
  resourceCount: 2,
  disabledCount: 0,
  blockedCount: 0,
  readiness: [],
  drift: { comparedAtWallMs: 0, differences: [], differenceCount: 0, ignored: [], ignoredCount: 0 },
};
