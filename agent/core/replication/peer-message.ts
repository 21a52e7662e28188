import type {
  Action,
  ApiReply,
  ApiRequest,
  Cib,
  CibStamp,
  DeepFinding,
  DeepQuestion,
  Inspection,
  NameValues,
  ResourceId,
} from "../model/index.ts";
import type { WireFailcount, WireHistory, WireResourceHistory } from "./wire-history.ts";

/**
 * A resource that is active on the sender, and for how long; null: since before its agent started.
 */
export interface ActiveResource {
  readonly resource: ResourceId;
  readonly forMs: number | null;
}

/** The first message in each ring: all that the other needs to agree on DC, CIB and ownership. */
export interface Hello {
  readonly kind: "hello";
  readonly stamp: CibStamp;
  /** How long the sender's agent has been running. */
  readonly memberForMs: number;
  readonly wasDc: boolean;
  readonly active: readonly ActiveResource[];
  readonly history: WireHistory;
  readonly release: string;
  /** The sender answers `askDeep`; an older release does not say so, and is not asked. */
  readonly answersDeep?: true;
}

/** Messages between the two members of a ring; JSON in the ordered channel. */
export type PeerMessage =
  | Hello
  /** From the DC: this is the configuration. Answered by `cibStored` once it is on disk. */
  | { readonly kind: "cib"; readonly commitId: number; readonly cib: Cib }
  | { readonly kind: "cibStored"; readonly commitId: number; readonly problem: string | null }
  | { readonly kind: "action"; readonly transitionId: number; readonly action: Action }
  | {
      readonly kind: "actionDone";
      readonly transitionId: number;
      readonly actionId: number;
      readonly isOk: boolean;
      /** The agent's words; an older release sends none. */
      readonly reason?: string;
    }
  /** The sender's own history of one resource changed; null: forgotten. */
  | {
      readonly kind: "history";
      readonly resource: ResourceId;
      readonly history: WireResourceHistory | null;
      readonly failcounts: readonly WireFailcount[];
    }
  | { readonly kind: "attributes"; readonly attributes: NameValues }
  /** The sender has stopped what the other keeps, after a split. */
  | { readonly kind: "dropped" }
  | { readonly kind: "forward"; readonly requestId: number; readonly request: ApiRequest }
  | { readonly kind: "forwardReply"; readonly requestId: number; readonly reply: ApiReply }
  /** The sender has looked at what its resources need; null: it found what it found before. */
  | { readonly kind: "inspection"; readonly inspection: Inspection | null }
  /** A deep check failed at the sender: would it pass at the other? Answered by `deepAnswer`. */
  | { readonly kind: "askDeep"; readonly askId: number; readonly question: DeepQuestion }
  /** Null: it could not be found out. */
  | { readonly kind: "deepAnswer"; readonly askId: number; readonly finding: DeepFinding | null }
  /** `cluster stop --all`: stop this node as well. */
  | { readonly kind: "stopNode" }
  /** To the owner of a history: forget. */
  | {
      readonly kind: "forget";
      readonly what: "failures" | "cleanup" | "refresh" | "restart";
      readonly resource: ResourceId | null;
    };
