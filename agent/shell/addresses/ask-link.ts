import type { AddressRequest, AddressTable } from "../../../resource-agents/contract.ts";
import { announceAddress, runCommand, whoHas } from "../../../resource-agents/index.ts";
import type { WriteLog } from "../log/index.ts";

/** Asking the link who has an address, and telling it: the two parts that leave this host. */
export function openLinkQuestions(log: WriteLog): Pick<AddressTable, "whoHas" | "announce"> {
  const runIp = async (args: readonly string[]): Promise<string> => {
    const result = await runCommand("ip", args);
    return result.kind === "exited" ? result.stdout : "";
  };
  const say = (line: string): void => {
    log({ level: "warning", event: "agentSaid", fields: { line } });
  };
  return {
    whoHas: (ip, nic, waitMs) => whoHas({ ip, nic, waitMs }, runIp),
    announce: (request: AddressRequest, { count, intervalMs }) =>
      announceAddress(request, { count, intervalMs, isDetached: false, runIp, log: say }),
  };
}
