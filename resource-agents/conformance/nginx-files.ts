/** A private nginx configuration for the conformance tests: nothing of the machine's is touched. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Where the parts of a configuration are, and the parameters for the agent. */
export interface TestNginx {
  readonly folder: string;
  readonly configFile: string;
  readonly siteFile: string;
  readonly pidFile: string;
  readonly errorLog: string;
  readonly port: number;
  readonly parameters: Record<string, string>;
}

/** What of a configuration differs: `site` replaces the server block, `main` is put in front. */
export interface NginxOptions {
  readonly port: number;
  readonly site?: string;
  readonly main?: string;
}

/** Writes a configuration that listens on 127.0.0.1:`port` and has a page of stub_status. */
export function writeNginxConfig(folder: string, { port, site, main }: NginxOptions): TestNginx {
  for (const name of ["logs", "sites", "cache"]) {
    mkdirSync(join(folder, name), { recursive: true });
  }
  const configFile = join(folder, "nginx.conf");
  const siteFile = join(folder, "sites", "web.conf");
  const pidFile = join(folder, "run", "nginx.pid");
  const errorLog = join(folder, "logs", "error.log");
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `  ${name}_temp_path ${join(folder, "cache", name)};`,
  );
  const lines = [
    main ?? "",
    `pid ${pidFile};`,
    `error_log ${errorLog};`,
    "user root;",
    "worker_processes 2;",
    "events { worker_connections 128; }",
    "http {",
    "  access_log off;",
    ...temporary,
    "  include sites/*.conf;",
    "}",
  ];
  writeFileSync(configFile, `${lines.join("\n")}\n`);
  writeFileSync(siteFile, site ?? siteOf(port, "first"));
  const parameters = { configfile: configFile };
  return { folder, configFile, siteFile, pidFile, errorLog, port, parameters };
}

/** A server that answers `word` at /, and never at /parked (its member does not answer). */
export function siteOf(port: number, word: string): string {
  return `server {
    listen 127.0.0.1:${port};
    location = /nginx_status { stub_status; allow 127.0.0.1; deny all; }
    location = /dead { proxy_pass http://127.0.0.1:1; }
    location = /parked { proxy_pass http://127.0.0.1:${port + 1}; }
    location / { return 200 ${word}; }
  }\n`;
}
