/** A private HAProxy configuration for the conformance tests. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where the parts of a configuration are, and the parameters for the agent. */
export interface TestHaproxy {
  readonly folder: string;
  readonly configFile: string;
  readonly siteFile: string;
  readonly pidFile: string;
  readonly stateFile: string;
  readonly parameters: Record<string, string>;
}

/** What of a configuration differs: `site` replaces the frontend, `more` is put at the end. */
export interface HaproxyOptions {
  readonly port: number;
  readonly site?: string;
  readonly more?: string;
  readonly global?: string;
}

/** Writes a file and a folder of configuration for a server that listens on 127.0.0.1:`port`. */
export function writeHaproxyConfig(
  folder: string,
  { port, site, more = "", global = "" }: HaproxyOptions,
): TestHaproxy {
  mkdirSync(join(folder, "conf.d"), { recursive: true });
  const configFile = join(folder, "haproxy.cfg");
  const siteFile = join(folder, "conf.d", "10-site.cfg");
  const pidFile = join(folder, "run", "haproxy.pid");
  const stateFile = join(folder, "servers.state");
  const lines = [
    "global",
    `  server-state-file ${stateFile}`,
    `  ${global}`,
    "defaults",
    "  mode http",
    "  load-server-state-from-file global",
    "  timeout connect 500ms",
    "  timeout client 30s",
    "  timeout server 30s",
    "backend members",
    "  server dead 127.0.0.1:1",
    `  server parked 127.0.0.1:${port + 1} backup disabled`,
    "backend parked",
    `  server parked 127.0.0.1:${port + 1}`,
    more,
  ];
  writeFileSync(configFile, `${lines.join("\n")}\n`);
  writeFileSync(stateFile, "1\n");
  writeFileSync(siteFile, site ?? haproxySiteOf(port, "first"));
  const parameters = {
    conffile: `${configFile} ${join(folder, "conf.d")}`,
    pidfile: pidFile,
    envfiles: "",
  };
  return { folder, configFile, siteFile, pidFile, stateFile, parameters };
}

/** A frontend that answers `word` at /, has dead members at /dead, and a silent one at /parked. */
export function haproxySiteOf(port: number, word: string): string {
  return `frontend web
  bind 127.0.0.1:${port}
  monitor-uri /alive
  use_backend members if { path /dead }
  use_backend parked if { path /parked }
  http-request return status 200 content-type text/plain string ${word} if !{ path /dead /parked }
`;
}
