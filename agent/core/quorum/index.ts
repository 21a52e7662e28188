export { decideQuorum, type Quorum, type QuorumEvidence } from "./decide-quorum.ts";
