// A small cluster that the tests of the asking commands share: a CIB file of a load balancer with
// an address, a server beside it, and a ping clone on both nodes.

import { createHash } from "node:crypto";
import type { SchedulerInput } from "../../agent/core/model/index.ts";
import { readCibDocument } from "../../ctl/cib-xml/index.ts";

/** 2026-01-05T10:00:00Z, in milliseconds. */
export const EXAMPLE_NOW_MS = Date.UTC(2026, 0, 5, 10);

const BEGAN_S = EXAMPLE_NOW_MS / 1000 - 3600;

/** What a test may put into the file. */
export interface ExampleParts {
  readonly properties?: Readonly<Record<string, string>>;
  /** Attributes of the nodes ip1 and ip2. */
  readonly ip1?: Readonly<Record<string, string>>;
  readonly ip2?: Readonly<Record<string, string>>;
  readonly resources?: string;
  readonly constraints?: string;
  /** Entries of the status section; absent: everything runs on ip1, the clone on both. */
  readonly status?: string;
}

const RESOURCES = `
  <group id="web">
    <primitive id="address" class="ocf" provider="heartbeat" type="IPaddr2">
      <instance_attributes id="address-ia">
        <nvpair id="address-ip" name="ip" value="192.0.2.7"/>
      </instance_attributes>
      <operations><op id="address-m" name="monitor" interval="10s"/></operations>
    </primitive>
    <primitive id="server" class="ocf" provider="heartbeat" type="apache">
      <operations><op id="server-m" name="monitor" interval="10s"/></operations>
      <meta_attributes id="server-meta">
        <nvpair id="server-mt" name="migration-threshold" value="1"/>
      </meta_attributes>
    </primitive>
  </group>
  <clone id="gateway-clone">
    <primitive id="gateway" class="ocf" provider="pacemaker" type="ping">
      <operations><op id="gateway-m" name="monitor" interval="10s"/></operations>
    </primitive>
  </clone>`;

/** The document as text. */
export function exampleCib(parts: ExampleParts = {}): string {
  const { ip1 = {}, ip2 = {}, resources = RESOURCES, constraints = "" } = parts;
  const properties = {
    "stonith-enabled": "false",
    "no-quorum-policy": "ignore",
    ...parts.properties,
  };
  const status = parts.status ?? nodeStatus("ip1", EVERYTHING) + nodeStatus("ip2", CLONE_ALONE);
  return `<cib validate-with="pacemaker-3.9" crm_feature_set="3.16.2" admin_epoch="0" epoch="7"
      num_updates="0" have-quorum="1" dc-uuid="1" execution-date="${EXAMPLE_NOW_MS / 1000}">
    <configuration>
      <crm_config>
        <cluster_property_set id="opts">${nvpairs("opts", properties)}</cluster_property_set>
      </crm_config>
      <nodes>
        <node id="1" uname="ip1">${attributesOf("n1", ip1)}</node>
        <node id="2" uname="ip2">${attributesOf("n2", ip2)}</node>
      </nodes>
      <resources>${resources}</resources>
      <constraints>${constraints}</constraints>
    </configuration>
    <status>${status}</status>
  </cib>`;
}

/** The document as the scheduler sees it. */
export function exampleInput(parts: ExampleParts = {}): SchedulerInput {
  const read = readCibDocument(exampleCib(parts));
  if (read.kind === "cib") return read.input;
  throw new Error(read.problems.map(({ path, expected }) => `${path} ${expected}`).join("; "));
}

/** What one node did with one resource: `start 0`, `monitor 10s 0`, `monitor 7`. */
export type WrittenHistory = Readonly<Record<string, readonly string[]>>;

/** Both members of the group and an instance of the clone run. */
export const EVERYTHING: WrittenHistory = {
  address: ["start 0", "monitor 10s 0"],
  server: ["start 0", "monitor 10s 0"],
  gateway: ["start 0", "monitor 10s 0"],
};

/** Only the instance of the clone runs. */
export const CLONE_ALONE: WrittenHistory = {
  address: ["monitor 7"],
  server: ["monitor 7"],
  gateway: ["start 0", "monitor 10s 0"],
};

/** The state of one member, with its transient attributes. Starts took 300 ms, stops would 200. */
export function nodeStatus(
  node: string,
  history: WrittenHistory,
  attributes: Readonly<Record<string, string>> = {},
): string {
  const id = node === "ip1" ? "1" : "2";
  const resources = Object.entries(history).map(([resource, results]) => {
    const type = resource === "address" ? "IPaddr2" : resource === "server" ? "apache" : "ping";
    const provider = resource.startsWith("gateway") ? "pacemaker" : "heartbeat";
    const entries = results.map((line, index) => renderEntry(node, resource, { line, index }));
    const agent = `class="ocf" provider="${provider}" type="${type}"`;
    return `<lrm_resource id="${resource}" ${agent}>${entries.join("")}</lrm_resource>`;
  });
  const transient = attributesOf(`t${id}`, attributes);
  const standing = 'in_ccm="true" crmd="online" join="member" expected="member"';
  return `<node_state id="${id}" uname="${node}" ${standing}>
    <transient_attributes id="${id}">${transient}</transient_attributes>
    <lrm id="${id}"><lrm_resources>${resources.join("")}</lrm_resources></lrm></node_state>`;
}

function renderEntry(
  node: string,
  resource: string,
  { line, index }: { readonly line: string; readonly index: number },
): string {
  const [operation = "", ...rest] = line.split(" ");
  const status = rest.at(-1) ?? "0";
  const interval = rest.length === 2 ? Number.parseInt(rest[0] ?? "0", 10) * 1000 : 0;
  const expected = operation === "monitor" && interval === 0 ? 7 : 0;
  const name = `${resource}_${operation}_${interval}`;
  return `<lrm_rsc_op id="${name}" operation="${operation}" operation_key="${name}"
    on_node="${node}"
    call-id="${index + 1}" rc-code="${status}" op-status="0" interval="${interval}" exec-time="300"
    last-rc-change="${BEGAN_S + index}" transition-key="1:1:${expected}:0b7c"
    op-digest="${digestOf(resource, interval)}" crm_feature_set="3.16.2"/>`;
}

// As Pacemaker digests the parameters of a call; the default timeout counts for what recurs.
function digestOf(resource: string, intervalMs: number): string {
  const timeout = intervalMs > 0 ? ' CRM_meta_timeout="20000"' : "";
  const ip = resource === "address" ? ' ip="192.0.2.7"' : "";
  return createHash("md5").update(` <parameters${timeout}${ip}/>\n`).digest("hex");
}

function attributesOf(id: string, values: Readonly<Record<string, string>>): string {
  return `<instance_attributes id="${id}">${nvpairs(id, values)}</instance_attributes>`;
}

function nvpairs(prefix: string, values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(
      ([name, value]) =>
        `<nvpair id="${prefix}-${name.replace(/[^\w-]/g, "")}" name="${name}" value="${value}"/>`,
    )
    .join("");
}
