import type { ResourceAgent } from "../../../resource-agents/contract.ts";
import { InvariantError } from "../../core/base/index.ts";
import { type DeepFinding, type OperationOrder, renderAgentName } from "../../core/model/index.ts";
import type { DeepLooks } from "../../ports/index.ts";
import { type ActionPorts, oneLine, questionContext } from "../executor/index.ts";

/** Names of one kind in a finding, and the length of each: it goes to the peer in one message. */
const NAMES_MAX = 200;

/** What the looks are made of. */
export interface DeepLookPorts extends ActionPorts {
  readonly findAgent: (name: string) => Promise<ResourceAgent | null>;
  /** Called once for each look, from a later turn; null: it could not be found out. */
  readonly onLooked: (lookId: number, finding: DeepFinding | null) => void;
}

/**
 * Asks agents, one look at a time: while one has not ended, whatever became of its time, the next
 * finds nothing out. An agent without such a question finds nothing out either.
 */
export function openDeepLooks(ports: DeepLookPorts): DeepLooks {
  let isLooking = false;
  const look = async (order: OperationOrder): Promise<DeepFinding | null> => {
    if (isLooking) return null;
    isLooking = true;
    const signal = AbortSignal.timeout(Math.max(1, order.timeoutMs));
    const found = askAgent(order, ports, signal).finally(() => {
      isLooking = false;
    });
    return Promise.race([found, untilAborted(signal)]);
  };
  return {
    look: (lookId, order) => {
      void look(order).then((finding) => ports.onLooked(lookId, finding));
    },
  };
}

async function askAgent(
  order: OperationOrder,
  ports: DeepLookPorts,
  signal: AbortSignal,
): Promise<DeepFinding | null> {
  try {
    const agent = await ports.findAgent(renderAgentName(order.agent));
    const found = (await agent?.findDeep?.(questionContext(order, ports, signal))) ?? null;
    if (found === null) return null;
    return { checks: withinLimit(found.checks), groups: withinLimit(found.groups) };
  } catch (error) {
    if (error instanceof InvariantError) throw error;
    const words = error instanceof Error ? error.message : String(error);
    const line = oneLine(`deep checks for the other node: ${words}`);
    const fields = { resource: order.resource, operation: order.operation, line };
    ports.log({ level: "warning", event: "agentSaid", fields });
    return null;
  }
}

/** More names than that could not be compared whole: then nothing is known. */
function withinLimit(names: readonly string[] | null): readonly string[] | null {
  return names !== null && names.length > NAMES_MAX ? null : (names?.map(oneLine) ?? null);
}

function untilAborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(null), { once: true });
  });
}
