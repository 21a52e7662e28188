import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { httpdConf, httpdFlavour } from "./httpd-files.ts";
import { haproxyCfg, nginxConf } from "./server-files.ts";

/** A name in a host's /etc/hosts. */
export interface NamedAddress {
  readonly name: string;
  readonly address: string;
}

/**
 * Lays the files that a host keeps over a crash into `folder`: `etc`, which is laid over the
 * machine's (names and httpd of its own), and `var` (empty but for what httpd and the agent need).
 */
export function writeHostFiles(folder: string, name: string, names: readonly NamedAddress[]): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const etc = join(folder, "etc");
  mkdirSync(etc);
  writeFileSync(join(etc, "resolv.conf"), ""); // No name server is reachable from a host.
  writeFileSync(join(etc, "hostname"), `${name}\n`);
  writeFileSync(join(etc, "hosts"), hostsFile(names));
  writeHttpd(etc);
  writeOthers(etc);
  writeVar(join(folder, "var"), name);
}

function hostsFile(names: readonly NamedAddress[]): string {
  const lines = names.map(({ name, address }) => `${address} ${name}`);
  return ["127.0.0.1 localhost", "::1 localhost ip6-localhost", ...lines, ""].join("\n");
}

function writeHttpd(etc: string): void {
  const root = join(etc, "httpd");
  mkdirSync(join(root, "conf"), { recursive: true });
  writeFileSync(join(root, "conf", "httpd.conf"), httpdConf());
  symlinkSync(httpdFlavour().modules, join(root, "modules"));
  symlinkSync("/var/log/httpd", join(root, "logs"));
  symlinkSync("/run/httpd", join(root, "run"));
}

function writeOthers(etc: string): void {
  const flavour = httpdFlavour();
  for (const folder of ["nginx", "haproxy"]) mkdirSync(join(etc, folder), { recursive: true });
  writeFileSync(join(etc, "nginx", "nginx.conf"), nginxConf(flavour.user));
  writeFileSync(join(etc, "haproxy", "haproxy.cfg"), haproxyCfg(flavour));
}

function writeVar(root: string, name: string): void {
  const folders = [
    "www/html",
    "log/httpd",
    "log/apache2",
    "log/lb-cluster",
    "lib/nginx",
    "cache",
    "spool",
  ];
  for (const folder of folders) mkdirSync(join(root, folder), { recursive: true });
  mkdirSync(join(root, "tmp"));
  chmodSync(join(root, "tmp"), 0o1777);
  symlinkSync("/run", join(root, "run"));
  symlinkSync("/run/lock", join(root, "lock"));
  writeFileSync(join(root, "www", "html", "index.html"), `${name}\n`);
}
