import { dirname } from "node:path";
import type { AgentContext, ReadinessFinding } from "../contract.ts";
import {
  checkCertificatePair,
  checkFolders,
  checkUnitDisabled,
  shellWord,
} from "../host-checks/index.ts";
import { checkPlaces } from "../server-process/check-places.ts";
import { verifyWith, withFile } from "../server-process/config-complaint.ts";
import { explainAbsence } from "../server-process/installed.ts";
import { findHaproxyProcesses } from "./processes.ts";
import { describeHaproxy, type HaproxyServer, testHaproxyConfig } from "./server.ts";
import { type HaproxySettings, neededFiles } from "./settings.ts";

/** The unit of both distributions. */
export const HAPROXY_UNIT = "haproxy.service";

/** What a start on this node would trip over. Runs `haproxy -c`, which changes nothing. */
export async function checkHaproxyReadiness(
  context: AgentContext,
  settings: HaproxySettings,
): Promise<readonly ReadinessFinding[]> {
  const absence = explainAbsence(neededFiles(settings));
  if (absence !== null) return [{ severity: "blocks", problem: absence, remedy: "" }];
  const server = describeHaproxy(context, settings);
  const { config } = server;
  const nowMs = Date.now();
  const unit = checkUnitDisabled(HAPROXY_UNIT);
  const written = [settings.pidFile, ...config.statsSockets];
  return [
    ...(await checkConfig(server)),
    ...config.certificates.flatMap((pair) => checkCertificatePair(pair, nowMs)),
    // The server passes its own test with a port taken or an address missing, and would not start.
    ...checkPlaces(context, config.binds, findHaproxyProcesses(settings)),
    ...checkFolders(written.map((path) => dirname(path))),
    ...(unit === null ? [] : [unit]),
  ];
}

async function checkConfig(server: HaproxyServer): Promise<ReadinessFinding[]> {
  const refusal = await testHaproxyConfig(server);
  if (refusal === null) return [];
  const files = server.settings.configPaths.flatMap((path) => ["-f", shellWord(path)]);
  const severity = refusal.isLate ? "warns" : "blocks";
  return [
    {
      severity,
      problem: withFile("haproxy", refusal.reason),
      remedy: verifyWith(["haproxy", "-c", ...files]),
    },
  ];
}
