/** An agent whose configuration a test changes by `lbctl` as the real one would. */
import assert from "node:assert/strict";
import { applyChanges } from "../../agent/core/configuration/index.ts";
import { type Change, type Cib, emptyCib } from "../../agent/core/model/index.ts";
import type { AgentClient } from "../../ctl/agent-client/connect.ts";
import { refusedBy } from "../../ctl/ctl-error.ts";
import { EXAMPLE_STATUS } from "../../ctl/render/example-status.ts";

/** The agent, its configuration, and the changes that it was last asked for. */
export interface ChangingAgent {
  readonly agent: AgentClient;
  cib(): Cib;
  asked(): readonly Change[];
}

/** One of the nodes of the example, with nothing else; it is asked for nothing but changes. */
export function changingAgent(): ChangingAgent {
  const nodes = EXAMPLE_STATUS.nodes.map(({ name }) => name);
  let cib = emptyCib(nodes);
  let asked: readonly Change[] = [];
  const refuse = () => assert.fail("not asked for");
  const agent: AgentClient = {
    getRelease: refuse,
    getStatus: async () => EXAMPLE_STATUS,
    getCib: async () => cib,
    apply: async (changes) => {
      asked = changes;
      const stamp = { by: "tester", atWallMs: 1_700_000_000_000 };
      const result = applyChanges(cib, changes, { stamp, nodes });
      if (result.kind === "refused") throw refusedBy(result.problems);
      cib = result.cib;
      return { cibVersion: "", notes: result.notes, savedOn: nodes, decisions: [], input: null };
    },
    runCommand: refuse,
    readFiles: refuse,
    inspectNow: refuse,
    watchStatus: refuse,
    close: () => {},
  };
  return { agent, cib: () => cib, asked: () => asked };
}
