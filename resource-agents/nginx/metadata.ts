import {
  type AgentMetadata,
  type AgentParameter,
  describeParameter as parameter,
} from "../contract.ts";

const REGEX = "Extended regular expression, case ignored; by default any page with status 200.";

const PARAMETERS: readonly AgentParameter[] = [
  parameter("configfile", "Main configuration file", {
    isUnique: true,
    longDescription: "Full path. By default the one that the binary names with -V.",
  }),
  parameter("httpd", "Server binary", {
    longDescription:
      "Full path of the nginx binary itself, no script. By default the first that exists of " +
      "/usr/local/sbin/nginx and /usr/sbin/nginx; the binary of another server is never tried.",
  }),
  parameter("port", "Port that is asked", {
    type: "integer",
    longDescription:
      "Where a monitor asks a worker when status10url is left out; by default the status page " +
      "found in the configuration, else the first listen.",
  }),
  parameter("status10url", "Address of the status page", {
    longDescription:
      "When set, the page must answer 200 and match status10regex at every check level, or the " +
      "monitor fails. When left out, the page of stub_status in the configuration is asked, or " +
      "a worker by any answer.",
  }),
  parameter("status10regex", "Expected on the status page", {
    defaultValue: "Reading: [0-9]+ Writing: [0-9]+ Waiting: [0-9]+",
    longDescription: "Extended regular expression, case ignored.",
  }),
  parameter("testclient", "Ignored", {
    longDescription: "Accepted and ignored: pages are fetched without another program.",
  }),
  parameter("client", "Ignored", {
    longDescription: "Accepted and ignored, like testclient: the shell agent reads this name.",
  }),
  parameter("testurl", "Address of the deep check", {
    longDescription:
      "Fetched by a monitor with check level 10. Without http in front it is relative to the " +
      "server. Not known to the agent of resource-agents.",
  }),
  parameter("testregex10", "Expected at testurl", { longDescription: REGEX }),
  parameter("deep_checks", "Addresses of deep checks", {
    longDescription:
      "Addresses separated by blanks, relative to the server or whole. A monitor with check " +
      "level 10 fetches all at once, and each must answer 200. Not known to the agent of " +
      "resource-agents.",
  }),
  parameter("testconffile", "File of deep checks", {
    longDescription:
      "A file of named checks as for the agent apache: all of them, or that of testname, are " +
      "made by a monitor with check level 10.",
  }),
  parameter("testname", "Name in testconffile", {
    longDescription: "Which check of testconffile a monitor with check level 10 does.",
  }),
  parameter("test20url", "Address of the check of level 20", {
    longDescription:
      "Fetched by a monitor with check level 20. Without http in front it is relative to the " +
      "server.",
  }),
  parameter("test20regex", "Expected at test20url", { longDescription: REGEX }),
  parameter("test20conffile", "File of checks of level 20", {
    longDescription: "A file of named checks, as testconffile.",
  }),
  parameter("test20name", "Name in test20conffile", {
    longDescription: "Which check of test20conffile a monitor with check level 20 does.",
  }),
  parameter("external_monitor30_cmd", "Command of level 30", {
    longDescription: "A shell command that has to end with 0 in a monitor with check level 30.",
  }),
  parameter("options", "More command line options", {
    longDescription:
      "Given to the server at each start and test, split at blanks; quotes keep them together.",
  }),
  parameter("graceful_stop_timeout", "Time for requests at a stop", {
    defaultValue: "100ms",
    longDescription:
      "How long requests under way may take to end when the server is stopped, such as 500ms or " +
      "5s; 0 cuts them off at once. Idle connections do not delay a stop; parked requests do. At " +
      "most a third of the stop's timeout. Not known to the agent of resource-agents.",
  }),
];

/** Metadata of ocf:heartbeat:nginx; names are those of resource-agents. */
export const NGINX_METADATA: AgentMetadata = {
  standard: "ocf",
  provider: "heartbeat",
  type: "nginx",
  version: "1.0",
  shortDescription: "Manages an nginx server",
  longDescription:
    "Starts nginx and waits until it answers, watches its process and its workers' answers, " +
    "reloads it without losing a request, and stops it so that no process of it is left.",
  parameters: PARAMETERS,
  actions: [
    { name: "start", timeoutMs: 40_000, intervalMs: 0 },
    { name: "stop", timeoutMs: 60_000, intervalMs: 0 },
    { name: "reload", timeoutMs: 40_000, intervalMs: 0 },
    { name: "monitor", timeoutMs: 30_000, intervalMs: 10_000, depth: 0 },
    { name: "monitor", timeoutMs: 30_000, intervalMs: 30_000, depth: 10 },
    { name: "monitor", timeoutMs: 45_000, intervalMs: 60_000, depth: 20 },
    { name: "monitor", timeoutMs: 60_000, intervalMs: 120_000, depth: 30 },
    { name: "meta-data", timeoutMs: 5_000, intervalMs: 0 },
    { name: "validate-all", timeoutMs: 5_000, intervalMs: 0 },
  ],
};
