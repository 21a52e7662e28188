/** What the parts of the reading of rgmanager's services share. */
import type { NodeName } from "../../agent/core/model/index.ts";
import type { XmlElement } from "../cib-xml/index.ts";
import type { ImportLines } from "./old-cluster.ts";

/** What the services need besides their own elements. */
export interface ServiceReading {
  readonly rm: XmlElement;
  readonly lines: ImportLines;
  /** The shared resources by type and name. */
  readonly shared: ReadonlyMap<string, XmlElement>;
  /** Names of the nodes here, in order, and how old names become them. */
  readonly nodes: readonly NodeName[];
  readonly rename: (name: NodeName) => NodeName;
  /** Ids that no other thing has. */
  readonly takeId: (...parts: readonly string[]) => string;
}
