import {
  type AgentMetadata,
  type AgentParameter,
  describeParameter as parameter,
} from "../contract.ts";

const REGEX = "Extended regular expression, case ignored; by default any page with status 200.";

const PARAMETERS: readonly AgentParameter[] = [
  parameter("binary", "Server binary", {
    longDescription:
      "Full path of the haproxy binary itself, no script. By default the first that exists of " +
      "/usr/local/sbin/haproxy and /usr/sbin/haproxy.",
  }),
  parameter("conffile", "Configuration files", {
    isUnique: true,
    longDescription:
      "Full paths of files or folders, separated by blanks, in the order of reading; of a folder " +
      "all *.cfg files are read, sorted. By default CONFIG of envfiles, or " +
      "/etc/haproxy/haproxy.cfg, and on RHEL the folder /etc/haproxy/conf.d too.",
  }),
  parameter("extraconf", "Further configuration files", {
    longDescription: "Read after conffile: full paths, each with or without -f in front.",
  }),
  parameter("pidfile", "PID file", {
    defaultValue: "/run/haproxy.pid",
    longDescription: "Written by the server. This agent does not look for the process there.",
  }),
  parameter("options", "More command line options", {
    longDescription:
      "Given to the server at each start and test, split at blanks; quotes keep them together. " +
      "By default EXTRAOPTS or OPTIONS of envfiles. -L with the name of the local peer has to " +
      "differ between the nodes.",
  }),
  parameter("envfiles", "Environment files", {
    defaultValue: "/etc/default/haproxy /etc/sysconfig/haproxy",
    longDescription:
      "Files of variables as systemd reads them, separated by blanks; the server gets the " +
      "variables. Files that are not there are left out.",
  }),
  parameter("stats_socket", "Stats socket", {
    longDescription:
      "Full path of the socket that a monitor asks. By default that of the master process, which " +
      "a start makes, else the first stats socket of the configuration.",
  }),
  parameter("statusurl", "Address of the status page", {
    longDescription:
      "When set, the page (such as that of monitor-uri or stats uri) must answer 200 and match " +
      "testregex, or the monitor fails; no socket is asked then.",
  }),
  parameter("testregex", "Expected on the status page", { longDescription: REGEX }),
  parameter("testurl", "Address of the deep check", {
    longDescription:
      "Fetched by a monitor with check level 10. Without http in front it is relative to the " +
      "first bind.",
  }),
  parameter("testregex10", "Expected at testurl", { longDescription: REGEX }),
  parameter("deep_checks", "Addresses of deep checks", {
    longDescription:
      "Addresses separated by blanks, relative to the server or whole. A monitor with check " +
      "level 10 fetches all at once, and each must answer 200.",
  }),
  parameter("testconffile", "File of deep checks", {
    longDescription:
      "A file of named checks as for the agent apache: all of them, or that of testname, are " +
      "made by a monitor with check level 10.",
  }),
  parameter("testname", "Name in testconffile", {
    longDescription: "Which check of testconffile a monitor with check level 10 does.",
  }),
  parameter("graceful_stop_timeout", "Time for requests at a stop", {
    defaultValue: "100ms",
    longDescription:
      "How long requests under way may take to end when the server is stopped, such as 500ms or " +
      "5s; 0 cuts them off at once. Parked requests delay a stop by that much. At most a third " +
      "of the stop's timeout.",
  }),
  parameter("peers_wait", "Time for peers before a reload", {
    defaultValue: "12s",
    longDescription:
      "How old a worker has to be before a reload replaces it while its peers still teach it; a " +
      "reload sooner would lose the stick tables. 0 never waits.",
  }),
];

/** Metadata of ocf:lb:haproxy; there is no agent of resource-agents for this server. */
export const HAPROXY_METADATA: AgentMetadata = {
  standard: "ocf",
  provider: "lb",
  type: "haproxy",
  version: "1.0",
  shortDescription: "Manages an HAProxy server",
  longDescription:
    "Starts HAProxy with a master process and waits until its worker answers, watches both, " +
    "reloads it without losing a request or a stick table, and stops it so that no process of " +
    "it is left.",
  parameters: PARAMETERS,
  actions: [
    { name: "start", timeoutMs: 40_000, intervalMs: 0 },
    { name: "stop", timeoutMs: 60_000, intervalMs: 0 },
    { name: "reload", timeoutMs: 40_000, intervalMs: 0 },
    { name: "monitor", timeoutMs: 20_000, intervalMs: 10_000, depth: 0 },
    { name: "monitor", timeoutMs: 30_000, intervalMs: 30_000, depth: 10 },
    { name: "meta-data", timeoutMs: 5_000, intervalMs: 0 },
    { name: "validate-all", timeoutMs: 20_000, intervalMs: 0 },
  ],
};
