/**
 * A private httpd configuration for the conformance tests: nothing of the machine's own is
 * touched.
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const BINARIES = ["/usr/sbin/httpd", "/usr/sbin/apache2"];
const MODULE_FOLDERS = ["/usr/lib/apache2/modules", "/etc/httpd/modules"];

/** Where the parts of a configuration are, and the parameters for the agent. */
export interface TestHttpd {
  readonly folder: string;
  readonly configFile: string;
  readonly pidFile: string;
  readonly parameters: Record<string, string>;
}

/** Writes a configuration that listens on 127.0.0.1:`port`; `more` is appended to it. */
export function writeHttpdConfig(
  folder: string,
  { port, more = "" }: { readonly port: number; readonly more?: string },
): TestHttpd {
  requireHttpd();
  for (const name of ["logs", "htdocs", "conf.d"])
    mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, "htdocs", "health.txt"), "all is well\n");
  const configFile = join(folder, "httpd.conf");
  const pidFile = join(folder, "run", "httpd.pid");
  const lines = [
    modulesLines("mpm_event", "authz_core", "status", "unixd"),
    `ServerRoot ${folder}`,
    "ServerName localhost",
    `PidFile ${pidFile}`,
    `ErrorLog ${join(folder, "logs", "error.log")}`,
    `DefaultRuntimeDir ${join(folder, "logs")}`,
    `DocumentRoot ${join(folder, "htdocs")}`,
    "IncludeOptional conf.d/*.conf",
    more,
  ];
  writeFileSync(configFile, `${lines.join("\n")}\n`);
  writeFileSync(
    join(folder, "conf.d", "status.conf"),
    `Listen 127.0.0.1:${port}\n<Location /server-status>\nSetHandler server-status\n</Location>\n`,
  );
  const statusurl = `http://localhost:${port}/server-status`;
  return { folder, configFile, pidFile, parameters: { configfile: configFile, statusurl } };
}

/** Lines that load modules by their short names; those that are built in are left out. */
export function modulesLines(...names: readonly string[]): string {
  const folder = MODULE_FOLDERS.find((path) => existsSync(path)) ?? "modules";
  return names
    .map((name) => ({ name, path: join(folder, `mod_${name}.so`) }))
    .filter(({ path }) => existsSync(path))
    .map(({ name, path }) => `LoadModule ${name}_module ${path}`)
    .join("\n");
}

function requireHttpd(): void {
  if (BINARIES.some((path) => existsSync(path))) return;
  throw new Error(`the conformance tests run a real httpd: expected one of ${BINARIES.join(", ")}`);
}
