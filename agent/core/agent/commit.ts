/**
 * One change of the configuration at a time: validated, on this disk, on the peer's disk, then in
 * force and acknowledged.
 *
 *   queued ──▶ writing here ──▶ (peer is a member) writing there ──▶ in force, acknowledged
 *                 └─refused by the disk: nothing is changed      └─peer lost: saved on one disk
 */
import { canonicalJson, type Instant } from "../base/index.ts";
import { applyChanges } from "../configuration/index.ts";
import { renderCibVersion } from "../model/index.ts";
import { answer, inTurn, log, nothing, perform, send } from "./effects.ts";
import { warnOfUnusedEntries } from "./inspect.ts";
import {
  type AgentState,
  type AgentStep,
  type Commit,
  hasPeer,
  isDcHere,
  isMeetingOver,
} from "./state.ts";

/** How many changes may wait for their turn. */
export const COMMITS_MAX = 64;

/** Size of a configuration: it must fit into one message to the peer. */
export const CIB_SIZE_MAX = 512 * 1024;

/** Puts a change into the queue; a full queue refuses it. */
export function enqueueCommit(state: AgentState, commit: Commit, now: Instant): AgentStep {
  if (state.commits.length >= COMMITS_MAX) {
    const text = `configuration: ${COMMITS_MAX} changes are already waiting; try again`;
    return answer(state, { to: commit.asker, now }, { kind: "failed", text });
  }
  return nothing({ ...state, commits: [...state.commits, commit] });
}

/** Begins the next change when none is under way. */
export function settleCommits(state: AgentState, now: Instant): AgentStep {
  const [commit, ...rest] = state.commits;
  const mayBegin = state.openCommit === null && state.adopting === null && isMeetingOver(state);
  if (commit === undefined || !mayBegin) return nothing(state);
  if (hasPeer(state) && !isDcHere(state)) return refuseCommits(state, now);
  return inTurn({ ...state, commits: rest }, [
    (next) => beginCommit(next, commit, now),
    (next) => settleCommits(next, now),
  ]);
}

/** What waited while a ring formed whose DC is the other: only the DC changes the configuration. */
function refuseCommits(state: AgentState, now: Instant): AgentStep {
  const text = `configuration not changed: ${state.dc} has become the DC meanwhile; try again`;
  return inTurn(
    { ...state, commits: [] },
    state.commits.map(({ asker }) => (next: AgentState): AgentStep => {
      return answer(next, { to: asker, now }, { kind: "failed", text });
    }),
  );
}

/** The write of the open change ended on this disk. */
export function noteWrittenHere(
  state: AgentState,
  problem: string | null,
  now: Instant,
): AgentStep {
  const open = state.openCommit;
  if (open === null) return nothing(state);
  if (problem !== null) {
    const text = `configuration not changed: ${problem}`;
    const failed = { ...state, openCommit: null, diskProblem: problem };
    return inTurn(failed, [
      (next) => perform(next, log("error", "cibWriteFailed", { problem })),
      (next) => answer(next, { to: open.commit.asker, now }, { kind: "failed", text }),
    ]);
  }
  const written = { ...state, diskProblem: null, openCommit: { ...open, isWrittenHere: true } };
  // In a ring that has not met yet the other may hold a newer configuration: the hello settles
  // that.
  const isAlone = !hasPeer(state) || !isMeetingOver(state);
  if (isAlone) return finishCommit(written, { savedOnPeer: false, problem: null, now });
  return send(written, { kind: "cib", commitId: open.writeId, cib: open.next }, now);
}

/** The peer has stored the open change, or could not. */
export function noteWrittenThere(
  state: AgentState,
  stored: { readonly commitId: number; readonly problem: string | null; readonly now: Instant },
): AgentStep {
  const isOpen = state.openCommit?.writeId === stored.commitId;
  if (!isOpen) return nothing(state);
  const { problem, now } = stored;
  return finishCommit(state, { savedOnPeer: problem === null, problem, now });
}

/** The peer is gone: a change that is on this disk comes into force with one copy. */
export function finishCommitAlone(state: AgentState, now: Instant): AgentStep {
  if (state.openCommit?.isWrittenHere !== true) return nothing(state);
  return finishCommit(state, { savedOnPeer: false, problem: null, now });
}

function beginCommit(state: AgentState, commit: Commit, now: Instant): AgentStep {
  const { by, atWallMs } = commit;
  const result = applyChanges(state.cib, commit.changes, {
    stamp: { by, atWallMs },
    nodes: state.identity.config.nodes.map((node) => node.name),
  });
  if (result.kind === "refused") return answer(state, { to: commit.asker, now }, result);
  if (canonicalJson(result.cib).length > CIB_SIZE_MAX) {
    const expected = `at most ${CIB_SIZE_MAX} characters of JSON in all; leave something out`;
    const problem = { code: "too-large", path: "configuration", found: "", expected };
    return answer(state, { to: commit.asker, now }, { kind: "refused", problems: [problem] });
  }
  // A change of nothing is written too: a disk may have failed before, and the answer says where
  // the configuration is saved.
  const writeId = state.nextId;
  const openCommit = {
    commit,
    writeId,
    next: result.cib,
    notes: [...result.notes, ...warnOfUnusedEntries(state, result.cib)],
    isWrittenHere: false,
  };
  return perform(
    { ...state, nextId: writeId + 1, openCommit },
    { kind: "writeCib", writeId, cib: result.cib },
  );
}

interface CommitEnd {
  readonly savedOnPeer: boolean;
  readonly problem: string | null;
  readonly now: Instant;
}

function finishCommit(state: AgentState, end: CommitEnd): AgentStep {
  const open = state.openCommit;
  if (open === null) return nothing(state);
  const { local, peer } = state.identity;
  const savedOn = end.savedOnPeer ? [local.name, peer.name] : [local.name];
  const cibVersion = renderCibVersion(open.next.version);
  const warnings = end.savedOnPeer
    ? []
    : [`Warning: saved on ${local.name} only: ${end.problem ?? `${peer.name} is not a member`}`];
  const notes = [...open.notes, ...warnings];
  const reply = { kind: "applied", cibVersion, notes, savedOn, decisions: [] } as const;
  const changed = { ...state, openCommit: null, cib: open.next, isPlanDue: true };
  const fields = { version: cibVersion, by: open.commit.by, savedOn: savedOn.join(" ") };
  return inTurn(changed, [
    (next) => perform(next, log("info", "cibCommitted", fields)),
    (next) => answer(next, { to: open.commit.asker, now: end.now }, reply),
  ]);
}
