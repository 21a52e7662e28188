import {
  type AgentMetadata,
  type AgentParameter,
  describeParameter as parameter,
} from "../contract.ts";

const PARAMETERS: readonly AgentParameter[] = [
  parameter("configfile", "Main configuration file", {
    isUnique: true,
    longDescription:
      "Full path. By default the first that exists of /etc/apache2/httpd.conf, " +
      "/etc/apache2/apache2.conf and /etc/httpd/conf/httpd.conf.",
  }),
  parameter("httpd", "Server binary", {
    longDescription:
      "Full path of the binary itself, no script. By default the first that exists of " +
      "/usr/sbin/httpd, /usr/sbin/apache2 and /usr/sbin/httpd-prefork.",
  }),
  parameter("port", "Port of the status page", {
    type: "integer",
    longDescription: "Used when statusurl is left out; by default that of the first Listen.",
  }),
  parameter("statusurl", "Address of the status page", {
    longDescription:
      "When set, the page must answer 200 and match testregex, or the monitor fails. When left " +
      "out /server-status of the first Listen is tried, and a server without it passes by its " +
      "process and an accepted connection. With localhost, 127.0.0.1 is tried first, then ::1.",
  }),
  parameter("testregex", "Expected on the status page", {
    longDescription:
      "Extended regular expression, case ignored. By default a closing html tag, or BusyWorkers " +
      "when the address asks for ?auto.",
  }),
  parameter("client", "Ignored", {
    longDescription: "Accepted and ignored: pages are fetched without another program.",
  }),
  parameter("testurl", "Address of the deep check", {
    longDescription:
      "Fetched by a monitor with check level 10. Without http in front it is relative to the " +
      "server.",
  }),
  parameter("testregex10", "Expected at testurl", {
    longDescription:
      "Extended regular expression, case ignored; by default any page with status 200.",
  }),
  parameter("deep_checks", "Addresses of deep checks", {
    longDescription:
      "Addresses separated by blanks, relative to the server or whole. A monitor with check " +
      "level 10 fetches all at once, and each must answer 200. Not known to the agent of " +
      "resource-agents.",
  }),
  parameter("testconffile", "File of deep checks", {
    longDescription:
      "A file of named checks: test NAME, then lines of url, match, user, password, and here " +
      "also host, status (200, 2xx, 200-206) and tlsname, then end. Without match any page does.",
  }),
  parameter("testname", "Name in testconffile", {
    longDescription:
      "Which check of testconffile a monitor with check level 10 makes; when left out, all.",
  }),
  parameter("options", "More command line options", {
    longDescription:
      "Given to the server at each start, split at blanks; quotes keep them together.",
  }),
  parameter("envfiles", "Environment files", {
    defaultValue: "/etc/apache2/envvars",
    longDescription: "Shell files, separated by blanks, whose variables the server gets.",
  }),
  parameter("use_ipv6", "Try ::1 first for localhost", {
    type: "boolean",
    defaultValue: "false",
    longDescription: "With localhost in an address, ::1 is tried before 127.0.0.1.",
  }),
  parameter("graceful_stop_timeout", "Time for requests at a stop", {
    defaultValue: "100ms",
    longDescription:
      "How long requests under way may take to end when the server is stopped, such as 500ms or " +
      "5s; 0 cuts them off at once. Idle connections do not delay a stop; parked requests do. At " +
      "most half of the stop's timeout. Not known to the agent of resource-agents.",
  }),
];

/** Metadata of ocf:heartbeat:apache; names are those of resource-agents. */
export const APACHE_METADATA: AgentMetadata = {
  standard: "ocf",
  provider: "heartbeat",
  type: "apache",
  version: "1.0",
  shortDescription: "Manages an Apache httpd server",
  longDescription:
    "Starts httpd and waits until it answers, watches its process and its status page, and stops " +
    "it so that no process of it is left.",
  parameters: PARAMETERS,
  actions: [
    { name: "start", timeoutMs: 40_000, intervalMs: 0 },
    { name: "stop", timeoutMs: 60_000, intervalMs: 0 },
    { name: "reload", timeoutMs: 40_000, intervalMs: 0 },
    { name: "monitor", timeoutMs: 20_000, intervalMs: 10_000, depth: 0 },
    { name: "monitor", timeoutMs: 30_000, intervalMs: 30_000, depth: 10 },
    { name: "meta-data", timeoutMs: 5_000, intervalMs: 0 },
    { name: "validate-all", timeoutMs: 5_000, intervalMs: 0 },
  ],
};
