/** A host as an operator has it before the first page: RHEL's httpd, and no names but its own. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { httpdConf } from "../lab/httpd-files.ts";
import { repositoryRoot } from "../lab/repository-root.ts";
import type { Machine } from "./machine.ts";

/** As RHEL's package has it, with Debian's binary, which tells systemd nothing. */
const HTTPD_UNIT = `[Unit]
Description=The Apache HTTP Server
After=network.target
[Service]
RuntimeDirectory=httpd
ExecStart=/usr/sbin/apache2 -f /etc/httpd/conf/httpd.conf -DFOREGROUND
ExecReload=/usr/sbin/apache2 -f /etc/httpd/conf/httpd.conf -k graceful
KillSignal=SIGWINCH
KillMode=mixed
[Install]
WantedBy=multi-user.target
`;
const HTTPD_SOCKET = `[Unit]
Description=httpd Server Socket
[Socket]
ListenStream=80
[Install]
WantedBy=sockets.target
`;
/** Debian's binary by the name and with the configuration of RHEL's. */
const HTTPD = '#!/bin/sh\nexec /usr/sbin/apache2 -f /etc/httpd/conf/httpd.conf "$@"\n';
const HOSTS = "127.0.0.1 localhost\n::1 localhost\n";

/** The configuration of a new RHEL host: no status page, files of one's own in conf.d. */
function newHttpdConf(): string {
  const proxy = "LoadModule proxy_module modules/mod_proxy.so\n";
  const own = httpdConf().replace(/ExtendedStatus On\n<Location "\/server-status">[\s\S]*$/, "");
  return `${own.replace("LoadModule status_module", `${proxy}LoadModule status_module`)}
IncludeOptional conf.d/*.conf
`;
}

/** What an old pair of the guide has; RHEL 6 cannot be run here. */
const OLD_PAIR = ["cluster.conf", "sysconfig-cman", "cib.xml"];

/** Makes a booted machine such a host, with the guide's status page or without one. */
export async function makeRhelLike(
  machine: Machine,
  { hasStatusPage }: { readonly hasStatusPage: boolean },
): Promise<void> {
  const write = (path: string, text: string) =>
    machine.must(["sh", "-c", `mkdir -p "$(dirname ${path})" && cat >${path}`], { input: text });
  await write("/etc/hosts", HOSTS);
  await write("/etc/httpd/conf/httpd.conf", hasStatusPage ? httpdConf() : newHttpdConf());
  await write("/etc/httpd/conf.d/README", "Files that end in .conf are read.\n");
  await write("/usr/lib/systemd/system/httpd.service", HTTPD_UNIT);
  await write("/usr/lib/systemd/system/httpd.socket", HTTPD_SOCKET);
  await write("/usr/local/bin/httpd", HTTPD);
  await machine.must(["chmod", "755", "/usr/local/bin/httpd"]);
  // In the other drills nobody at all may start it.
  await machine.must(["rm", "-f", "/etc/systemd/system/apache2.service"]);
  await machine.must(["systemctl", "disable", "--quiet", "apache2.service"]);
  for (const name of OLD_PAIR) {
    const path = join(repositoryRoot(), "test", "old-clusters", "cman", name);
    await write(`/srv/old1/${name}`, readFileSync(path, "utf8"));
  }
  await machine.must(["systemctl", "daemon-reload"]);
}
