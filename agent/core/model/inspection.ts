import type { ResourceId } from "./names.ts";

/** What a node would trip over if it had to take a resource over now, or to start it again. */
export interface ReadinessFinding {
  /** `blocks`: a start there would fail. `warns`: it would start, and something is still amiss. */
  readonly severity: "blocks" | "warns";
  readonly problem: string;
  /** A command that mends it or shows more; "": none is known. */
  readonly remedy: string;
}

/**
 * Something that both nodes should have alike. `name` means the same on both: a path, a setting.
 * `value` is what is compared: a digest, or a short text; never a secret.
 */
export interface ComparedFact {
  readonly kind:
    | "file"
    | "link"
    | "certificate"
    | "key"
    | "modules"
    | "version"
    | "sysctl"
    | "unit"
    | "hosts";
  readonly name: string;
  readonly value: string;
}

/** What a node found when it looked at all that one resource needs there. */
export interface ResourceInspection {
  readonly resource: ResourceId;
  readonly findings: readonly ReadinessFinding[];
  readonly facts: readonly ComparedFact[];
}

/** The same of all resources; ordered by resource, facts by kind and name. */
export interface Inspection {
  readonly resources: readonly ResourceInspection[];
}

/** What differs between the nodes; "" is a value that a node has not. */
export interface Difference {
  readonly kind: ComparedFact["kind"];
  readonly name: string;
  readonly resources: readonly ResourceId[];
  readonly here: string;
  readonly there: string;
}

/** A text file as one node has it, to be shown beside that of the other. */
export interface ShownFile {
  readonly name: string;
  readonly text: string;
  /** Why it is not shown; "": it is. */
  readonly problem: string;
}
