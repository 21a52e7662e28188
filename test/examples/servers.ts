/** The real servers on the lab's hosts, each in the layout of a distribution. */
import { type Host, killQuietly, pause } from "../lab/index.ts";
import type { Layout } from "./installed-example.ts";
import { must, until, writeFile } from "./site.ts";

/** How to run a server. Each line is what the resource agent does too. */
export interface Server {
  readonly test: string;
  readonly start: string;
  readonly reload: string;
  /** A page that only this host may see, once it runs. */
  readonly statusUrl: string;
  readonly statusText: RegExp;
}

/** What RHEL 8 loads in conf.modules.d of httpd and mod_ssl, as far as Debian has it apart. */
const RHEL_MODULES = [
  "access_compat",
  "headers",
  "macro",
  "rewrite",
  "setenvif",
  "slotmem_shm",
  "socache_shmcb",
  "ssl",
  "lbmethod_bybusyness",
  "lbmethod_byrequests",
  "lbmethod_bytraffic",
  "proxy",
  "proxy_balancer",
  "proxy_connect",
  "proxy_hcheck",
  "proxy_http",
  "proxy_wstunnel",
];

/**
 * nginx.conf as the distributions have it, but for a user that Debian has. The lab's own one reads
 * no other files.
 */
const NGINX_CONF = {
  rhel: `user www-data;
worker_processes auto;
error_log /var/log/nginx/error.log;
pid /run/nginx.pid;
events {
    worker_connections 1024;
}
http {
    log_format main '$remote_addr "$request" $status "$http_cookie" "$upstream_addr"';
    access_log /var/log/nginx/access.log main;
    types_hash_max_size 4096;
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    include /etc/nginx/conf.d/*.conf;
    server {
        listen 80 default_server;
        server_name _;
        root /usr/share/nginx/html;
    }
}
`,
  debian: `user www-data;
worker_processes auto;
pid /run/nginx.pid;
error_log /var/log/nginx/error.log;
include /etc/nginx/modules-enabled/*.conf;
events {
    worker_connections 768;
}
http {
    types_hash_max_size 2048;
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    access_log /var/log/nginx/access.log;
    gzip on;
    include /etc/nginx/conf.d/*.conf;
    include /etc/nginx/sites-enabled/*;
}
`,
} as const;

const HTTPD_STATUS = {
  statusUrl: "http://127.0.0.1:8009/server-status?auto",
  statusText: /BusyWorkers/,
};

/** httpd, after making the host's layout. */
export async function prepareHttpd(host: Host, layout: Layout): Promise<Server> {
  if (layout === "debian") await must(host, "mkdir -p /var/lib/apache2 /var/log/apache2");
  else await writeRhelHttpd(host);
  const command =
    layout === "debian"
      ? `. /etc/apache2/envvars; /usr/sbin/apache2 -f /etc/apache2/apache2.conf`
      : `$(command -v httpd || command -v apache2) -f /etc/httpd/conf/httpd.conf`;
  return {
    test: `${command} -t`,
    start: `${command} -k start`,
    reload: `${command} -k graceful`,
    ...HTTPD_STATUS,
  };
}

/**
 * Lets the examples take their way for httpd before 2.4.47, which RHEL 8 has, by the one change
 * that stands for an older version.
 */
export async function pretendOldHttpd(host: Host, folder: string): Promise<void> {
  const line = "s/<IfVersion < 2.4.47>/<IfVersion > 2.4.47>/";
  await must(host, `sed -i '${line}' $(grep -l '<IfVersion < 2.4.47>' ${folder}/*)`);
}

async function writeRhelHttpd(host: Host): Promise<void> {
  await must(host, "mkdir -p /etc/httpd/conf.d /etc/httpd/conf.modules.d");
  const lines = RHEL_MODULES.map((name) => `LoadModule ${name}_module modules/mod_${name}.so`);
  await writeFile(host, "/etc/httpd/conf.modules.d/00-all.conf", `${lines.join("\n")}\n`);
  const included = "Include conf.modules.d/*.conf\nIncludeOptional conf.d/*.conf\n";
  const text = host.readFile("/etc/httpd/conf/httpd.conf") ?? "";
  if (text.includes("conf.modules.d")) return;
  await writeFile(host, "/etc/httpd/conf/httpd.conf", `${text}${included}`);
}

/** nginx, after making the host's layout. */
export async function prepareNginx(host: Host, layout: Layout): Promise<Server> {
  await must(host, "mkdir -p /var/log/nginx /var/lib/nginx");
  await writeFile(host, "/etc/nginx/nginx.conf", NGINX_CONF[layout]);
  if (layout === "debian") await must(host, "rm -f /etc/nginx/sites-enabled/default");
  return {
    test: "nginx -t",
    start: "nginx",
    reload: "nginx -s reload",
    statusUrl: "http://127.0.0.1:8009/nginx_status",
    statusText: /Active connections/,
  };
}

/** Writes what HAProxy knows of its members to where its configuration reads it. */
const HAPROXY_DUMP = `node -e 'const s = require("net").connect("/var/lib/haproxy/stats");
  s.pipe(process.stdout); s.write("show servers state\\n")' >/var/lib/haproxy/server-state`;

/** HAProxy; its one file is the same in both layouts. */
export async function prepareHaproxy(host: Host): Promise<Server> {
  await must(host, "mkdir -p /var/lib/haproxy");
  const command = "haproxy -W -f /etc/haproxy/haproxy.cfg -p /run/haproxy.pid";
  return {
    test: "haproxy -c -f /etc/haproxy/haproxy.cfg",
    start: `${command} -D`,
    reload: `${HAPROXY_DUMP} && kill -USR2 $(cat /run/haproxy.pid)`,
    statusUrl: "http://127.0.0.1:8009/alive",
    statusText: /200 OK/,
  };
}

/** Tests the configuration, starts the server, and waits for its status page. */
export async function start(host: Host, server: Server): Promise<void> {
  await must(host, server.test);
  await must(host, server.start);
  await until(`${host.name}: ${server.statusUrl}`, async () => {
    const page = await host.run("curl", ["-sS", "--max-time", "2", server.statusUrl]);
    return server.statusText.test(page.stdout);
  });
}

/** Ends every server of a host, as a crash would. */
export async function endServers(host: Host): Promise<void> {
  const others = () => host.processes().filter(({ insidePid }) => insidePid !== 1);
  for (const { pid } of others()) killQuietly(pid);
  await until(`${host.name}: no process is left`, async () => others().length === 0);
}

/** Whether a process of this host has been started since `before`, by all processes then. */
export async function untilReloaded(host: Host, server: Server): Promise<void> {
  const before = new Set(host.processes().map(({ pid }) => pid));
  await must(host, server.reload);
  await until(`${host.name}: new processes after a reload`, async () => {
    await pause(1);
    return host.processes().some(({ pid, command }) => !before.has(pid) && command.length > 0);
  });
}
