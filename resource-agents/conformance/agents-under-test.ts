/**
 * The table of agents that every scenario of all-agents.test.ts is run with. A new agent is one
 * more entry.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeHaproxyConfig } from "./haproxy-files.ts";
import type { TestHost } from "./host.ts";
import { writeHttpdConfig } from "./httpd.ts";
import { writeNginxConfig } from "./nginx-files.ts";

/** What the scenarios need to know of an agent. */
export interface AgentUnderTest {
  /** The full name, such as `ocf:heartbeat:IPaddr2`. */
  readonly name: string;
  /** True: that of this host's packages, though there is a built-in one of the same name. */
  readonly isExternal: boolean;
  /** Parameters with which it starts on the test host; makes the files that they name. */
  readonly parameters: (host: TestHost) => Readonly<Record<string, string>>;
  /** A parameter without which it cannot do anything; absent: there is none. */
  readonly required?: string;
  readonly canReload?: true;
  /** The parameter that names the binary of a server; absent: it runs none. */
  readonly binary?: string;
  /** Parameters that make its start take five seconds or longer; absent: nothing does. */
  readonly slow?: Readonly<Record<string, string>>;
  /** Where it does not do what the others do: the statuses it gives instead, and why. */
  readonly deviations?: Readonly<Partial<Record<Deviating, Deviation>>>;
}

/** What agents of others do differently. */
export type Deviating = "missingParameter" | "unknownAction";

/** Other statuses, and what is behind them. */
export interface Deviation {
  readonly statuses: readonly number[];
  readonly because: string;
}

const NO_PARAMETERS = (): Record<string, string> => ({});
const ADDRESS = { ip: "10.99.0.160", nic: "eth0", cidr_netmask: "24" };

/** All agents that are tried: ours, then some of Debian's. */
export const AGENTS_UNDER_TEST: readonly AgentUnderTest[] = [
  {
    name: "ocf:heartbeat:IPaddr2",
    isExternal: false,
    parameters: () => ADDRESS,
    required: "ip",
  },
  {
    name: "ocf:heartbeat:apache",
    isExternal: false,
    parameters: (host) => writeHttpdConfig(join(host.folder, "own"), { port: 18280 }).parameters,
    canReload: true,
    binary: "httpd",
  },
  {
    name: "ocf:heartbeat:nginx",
    isExternal: false,
    parameters: (host) => writeNginxConfig(join(host.folder, "nginx"), { port: 18284 }).parameters,
    canReload: true,
    binary: "httpd",
  },
  {
    name: "ocf:lb:haproxy",
    isExternal: false,
    parameters: (host) =>
      writeHaproxyConfig(join(host.folder, "haproxy"), { port: 18287 }).parameters,
    canReload: true,
    binary: "binary",
  },
  {
    name: "ocf:heartbeat:Dummy",
    isExternal: false,
    parameters: NO_PARAMETERS,
    canReload: true,
  },
  {
    name: "ocf:pacemaker:Dummy",
    isExternal: false,
    parameters: NO_PARAMETERS,
    canReload: true,
    slow: { op_sleep: "5" },
  },
  {
    name: "ocf:heartbeat:Dummy",
    isExternal: true,
    parameters: (host) => ({ state: join(host.folder, "debian-dummy.state") }),
    canReload: true,
  },
  {
    name: "ocf:pacemaker:Dummy",
    isExternal: true,
    parameters: (host) => ({ state: join(host.folder, "pacemaker-dummy.state") }),
    canReload: true,
    slow: { op_sleep: "5" },
  },
  {
    name: "ocf:heartbeat:Delay",
    isExternal: true,
    parameters: () => ({ startdelay: "0", stopdelay: "0", mondelay: "0" }),
    slow: { startdelay: "5" },
    deviations: { unknownAction: { statuses: [2], because: "it says so of the arguments" } },
  },
  {
    name: "ocf:pacemaker:Stateful",
    isExternal: true,
    parameters: (host) => ({ state: join(host.folder, "stateful.state") }),
    canReload: true,
  },
  {
    name: "ocf:heartbeat:symlink",
    isExternal: true,
    parameters: (host) => {
      writeFileSync(join(host.folder, "target"), "");
      return { link: join(host.folder, "link"), target: join(host.folder, "target") };
    },
    required: "link",
  },
  {
    name: "ocf:heartbeat:anything",
    isExternal: true,
    parameters: (host) => ({
      binfile: "/usr/bin/sleep",
      cmdline_options: "86397",
      pidfile: join(host.folder, "anything.pid"),
    }),
    required: "binfile",
    deviations: { missingParameter: { statuses: [0, 1], because: "it runs what remains" } },
  },
  {
    name: "ocf:heartbeat:IPaddr2",
    isExternal: true,
    parameters: () => ({ ...ADDRESS, arp_bg: "false", arp_count: "1" }),
    required: "ip",
  },
  {
    name: "ocf:heartbeat:apache",
    isExternal: true,
    parameters: (host) => {
      const web = writeHttpdConfig(join(host.folder, "debian"), { port: 18281 });
      // It makes no folder outside of /var/run, and reads the files of Include alone.
      mkdirSync(dirname(web.pidFile), { recursive: true });
      const text = readFileSync(web.configFile, "utf8").replace("IncludeOptional", "Include");
      writeFileSync(web.configFile, text);
      return web.parameters;
    },
  },
];
