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
import { describeNginx, type NginxServer, processesOf, testNginxConfig } from "./server.ts";
import { type NginxSettings, neededFiles } from "./settings.ts";

/** The unit of both distributions. */
export const NGINX_UNIT = "nginx.service";

/** What a start on this node would trip over. Runs `nginx -t`, which changes nothing. */
export async function checkNginxReadiness(
  context: AgentContext,
  settings: NginxSettings,
): Promise<readonly ReadinessFinding[]> {
  const absence = explainAbsence(neededFiles(settings));
  if (absence !== null) return [{ severity: "blocks", problem: absence, remedy: "" }];
  const server = await describeNginx(context, settings);
  const { config } = server;
  const nowMs = Date.now();
  const unit = checkUnitDisabled(NGINX_UNIT);
  const logFolder = config.errorLog === null ? [] : [dirname(config.errorLog)];
  return [
    ...(await checkConfig(server)),
    ...config.certificates.flatMap((pair) => checkCertificatePair(pair, nowMs)),
    ...checkPlaces(
      context,
      config.listens.filter(({ isUdp }) => !isUdp),
      processesOf(server),
    ),
    ...checkFolders([dirname(config.pidFile), ...logFolder]),
    ...(unit === null ? [] : [unit]),
  ];
}

async function checkConfig(server: NginxServer): Promise<ReadinessFinding[]> {
  const { settings, config } = server;
  const words = ["nginx", "-t", "-c", settings.configFile, ...settings.options];
  const remedy = verifyWith(words.map(shellWord));
  const finding = (severity: "blocks" | "warns", told: string): ReadinessFinding[] => [
    { severity, problem: withFile(settings.configFile, told), remedy },
  ];
  if (!config.isDaemon) return finding("blocks", `"daemon off", expected "daemon on" or nothing`);
  const refusal = await testNginxConfig(server);
  // The address that is not here comes with the service: its own finding says so.
  if (refusal === null || refusal.isAddressMissing) return [];
  return finding(refusal.isLate ? "warns" : "blocks", refusal.reason);
}
