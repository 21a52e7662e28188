import { dirname } from "node:path";
import type { AgentContext, ReadinessFinding } from "../contract.ts";
import {
  checkCertificatePair,
  checkFolders,
  checkListenAddress,
  checkPorts,
  checkUnitDisabled,
  shellWord,
} from "../host-checks/index.ts";
import { findMissing } from "../server-process/installed.ts";
import {
  describeNginx,
  masterOf,
  type NginxServer,
  processesOf,
  testNginxConfig,
} from "./server.ts";
import type { NginxSettings } from "./settings.ts";

/** The unit of both distributions. */
export const NGINX_UNIT = "nginx.service";

/** What a start on this node would trip over. Runs `nginx -t`, which changes nothing. */
export async function checkNginxReadiness(
  context: AgentContext,
  settings: NginxSettings,
): Promise<readonly ReadinessFinding[]> {
  const missing = findMissing([
    ["httpd", settings.binary],
    ["configfile", settings.configFile],
  ]);
  if (missing !== null) {
    return [{ severity: "blocks", problem: missing.reason, remedy: "" }];
  }
  const server = await describeNginx(context, settings);
  const { config } = server;
  const nowMs = Date.now();
  const unit = checkUnitDisabled(NGINX_UNIT);
  const logFolder = config.errorLog === null ? [] : [dirname(config.errorLog)];
  return [
    ...(await checkConfig(server)),
    ...config.certificates.flatMap((pair) => checkCertificatePair(pair, nowMs)),
    ...checkPlaces(server),
    ...checkFolders([dirname(config.pidFile), ...logFolder]),
    ...(unit === null ? [] : [unit]),
  ];
}

async function checkConfig(server: NginxServer): Promise<ReadinessFinding[]> {
  const { settings, config } = server;
  const remedy = ["nginx", "-t", "-c", settings.configFile, ...settings.options]
    .map(shellWord)
    .join(" ");
  const finding = (severity: "blocks" | "warns", words: string): ReadinessFinding[] => [
    { severity, problem: `${settings.configFile}: ${words}`, remedy },
  ];
  if (!config.isDaemon) return finding("blocks", `"daemon off", expected "daemon on" or nothing`);
  const refusal = await testNginxConfig(server);
  // The address that is not here comes with the service: its own finding says so.
  if (refusal === null || refusal.isAddressMissing) return [];
  return finding(refusal.isLate ? "warns" : "blocks", refusal.reason);
}

/** Addresses that are not here, and ports that others hold; not asked of a server that runs. */
function checkPlaces(server: NginxServer): ReadinessFinding[] {
  const listens = server.config.listens.filter(({ isUdp }) => !isUdp);
  const own = processesOf(server).others.map(({ pid }) => pid);
  const ports =
    masterOf(server) !== null
      ? []
      : checkPorts(
          listens.map(({ host, port }) => ({ ip: host ?? "0.0.0.0", port })),
          (pid) => own.includes(pid),
        );
  const addresses = listens.flatMap(({ host, port }) =>
    host === null || /[^0-9a-f.:]/i.test(host)
      ? []
      : (checkListenAddress({ ip: host, port, comingAddresses: null }) ?? []),
  );
  return [...ports, ...addresses];
}
