/** Resources of rgmanager that have an agent here: ip, script, apache (RHEL 6). */
import type { AgentName, NameValues } from "../../agent/core/model/index.ts";
import { addressFamily } from "../../agent/wire/index.ts";
import { showPair } from "./old-cluster.ts";

/** One resource of a service, with the attributes of the place that names it and of its own. */
export interface OldResource {
  readonly type: string;
  readonly name: string;
  readonly attributes: NameValues;
  readonly line: number;
}

/** What it becomes, or why it does not. */
export type Translation =
  | {
      readonly kind: "resource";
      /** From which the id is made. */
      readonly base: string;
      readonly agent: AgentName;
      readonly parameters: NameValues;
      /** How often rgmanager looks at it unless told otherwise. */
      readonly monitorMs: number;
      /** What has another meaning now. */
      readonly changes: readonly string[];
      /** Attributes without a place here, with the reason. */
      readonly leftOut: readonly (readonly [pair: string, reason: string])[];
    }
  | { readonly kind: "none"; readonly reason: string };

const IP_MONITOR_MS = 20_000;
const SCRIPT_MONITOR_MS = 30_000;

const INIT_FOLDER = /^\/etc\/(?:rc\.d\/)?init\.d\/([A-Za-z0-9][A-Za-z0-9_.@-]*)$/;

/** Why an attribute is left out, whatever the resource is. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ["monitor_link", "IPaddr2 does not watch the link; readiness and ocf:pacemaker:ping do"],
  ["sleeptime", "the address is gone when the stop ends: nothing waits after it"],
  ["family", "is that of the address"],
  ["disable_rdisc", "routes are left alone"],
  ["nfslock", "there is no NFS here"],
  ["shutdown_wait", "a stop waits for requests under way: graceful_stop_timeout"],
  ["service_name", "the group is the service"],
]);

/** Agents that resource-agents has for what has none here. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ["fs", "ocf:heartbeat:Filesystem"],
  ["clusterfs", "ocf:heartbeat:Filesystem"],
  ["netfs", "ocf:heartbeat:Filesystem"],
  ["bind-mount", "ocf:heartbeat:Filesystem"],
  ["lvm", "ocf:heartbeat:LVM-activate"],
  ["mysql", "ocf:heartbeat:mysql"],
  ["postgres-8", "ocf:heartbeat:pgsql"],
  ["named", "ocf:heartbeat:named"],
  ["nfsserver", "ocf:heartbeat:nfsserver"],
  ["nfsexport", "ocf:heartbeat:exportfs"],
  ["nfsclient", "ocf:heartbeat:exportfs"],
  ["tomcat-6", "ocf:heartbeat:tomcat"],
  ["samba", "systemd:smb"],
  ["smb", "systemd:smb"],
]);

/** What a resource becomes here. */
export function translateResource(resource: OldResource): Translation {
  switch (resource.type) {
    case "ip":
      return translateIp(resource);
    case "script":
      return translateScript(resource);
    case "apache":
      return translateApache(resource);
    default: {
      const other = ELSEWHERE.get(resource.type);
      const hint = other === undefined ? "" : `; look at ${other} of the package resource-agents`;
      return { kind: "none", reason: `has no equivalent here${hint}` };
    }
  }
}

function translateIp({ attributes }: OldResource): Translation {
  const [ip = "", mask, more] = (attributes["address"] ?? "").split("/");
  const isMask = mask === undefined || /^\d{1,3}$/.test(mask);
  if (addressFamily(ip) === null || !isMask || more !== undefined) {
    return { kind: "none", reason: "must be ADDRESS or ADDRESS/PREFIX" };
  }
  const nic = attributes["prefer_interface"];
  return {
    kind: "resource",
    base: `ip_${ip}`,
    agent: { standard: "ocf", provider: "heartbeat", type: "IPaddr2" },
    parameters: {
      ip,
      ...(mask === undefined ? {} : { cidr_netmask: mask }),
      ...(nic === undefined || nic === "" ? {} : { nic }),
    },
    monitorMs: IP_MONITOR_MS,
    changes: nic === undefined || nic === "" ? [] : [`prefer_interface is nic=${nic}, no other`],
    leftOut: leftOut(attributes, ["address", "prefer_interface"]),
  };
}

function translateScript({ name, attributes }: OldResource): Translation {
  const type = INIT_FOLDER.exec(attributes["file"] ?? "")?.[1];
  if (type === undefined) {
    const reason = `file="${attributes["file"] ?? ""}" is no init script below /etc/init.d`;
    return { kind: "none", reason };
  }
  const change =
    `service:${type} is the unit ${type} where systemd has one, else the init script; for a web ` +
    "server an agent of ocf:heartbeat checks more";
  return {
    kind: "resource",
    base: name,
    agent: { standard: "service", provider: null, type },
    parameters: {},
    monitorMs: SCRIPT_MONITOR_MS,
    changes: [change],
    leftOut: leftOut(attributes, ["name", "file"]),
  };
}

function translateApache({ name, attributes }: OldResource): Translation {
  const root = attributes["server_root"] ?? "/etc/httpd";
  const file = attributes["config_file"] ?? "conf/httpd.conf";
  const options = attributes["httpd_options"] ?? "";
  const httpd = attributes["httpd"];
  return {
    kind: "resource",
    base: name,
    agent: { standard: "ocf", provider: "heartbeat", type: "apache" },
    parameters: {
      configfile: file.startsWith("/") ? file : `${root.replace(/\/+$/, "")}/${file}`,
      ...(options === "" ? {} : { options }),
      ...(httpd === undefined ? {} : { httpd }),
    },
    monitorMs: SCRIPT_MONITOR_MS,
    changes: [
      "httpd listens as its own file says (rgmanager put the service's addresses there), and its " +
        "status page is asked for",
    ],
    leftOut: leftOut(attributes, ["name", "server_root", "config_file", "httpd_options", "httpd"]),
  };
}

function leftOut(
  attributes: NameValues,
  known: readonly string[],
): readonly (readonly [string, string])[] {
  return Object.entries(attributes)
    .filter(([name]) => name !== "ref" && !known.includes(name))
    .map(([name, value]) => [showPair(name, value), reasonOf(name)] as const);
}

function reasonOf(name: string): string {
  const isTree = name.startsWith("__");
  return isTree ? "a group has no such trees" : (REASONS.get(name) ?? "is not known here");
}
