/** Reads cluster.conf of cman, RHEL 6 (cluster.conf(5), cman(5)): all but its resources. */
import type { Transport } from "../../agent/core/model/index.ts";
import { attributeOf, childOf, childrenOf, type XmlElement } from "../cib-xml/index.ts";
import {
  ALWAYS_SEALED,
  MULTICAST_DEFAULT,
  NO_GROUP,
  NO_TWO_NODE,
  ONE_VOTE,
  renderPort,
  totemReason,
  UNKNOWN_TRANSPORT,
} from "./corosync-reasons.ts";
import { type ImportLines, type OldCluster, type OldNode, showPair } from "./old-cluster.ts";
import { LINKS_MAX, readCount, readPort, type Wrong } from "./read-numbers.ts";

/** The agent that hands fencing to Pacemaker. */
const REDIRECTION = "fence_pcmk";
const REDIRECTED =
  "hands fencing to Pacemaker, so what its CIB says holds: stonith-enabled and its devices";
const FENCED =
  "fence devices of cman are not taken over; without fencing a node takes over only " +
  "when nobody answers for the address";

/** Sections that are left out as a whole. */
const SECTIONS: ReadonlyMap<string, string> = new Map([
  ["fence_daemon", "there is no fenced here"],
  ["fence_xvmd", FENCED],
  ["quorumd", "there is no quorum disk: a node asks the service network who answers instead"],
  ["logging", "lb-agent logs by its own settings"],
  ["dlm", "there is no lock manager here"],
  ["gfs_controld", "there are no cluster file systems here"],
  ["group", "there is no groupd here"],
  ["uidgid", "lbctl may be used by root and the group haclient"],
  ["clvmd", "there are no cluster file systems here"],
]);

interface Reading {
  readonly lines: ImportLines;
  readonly wrong: Wrong;
}

/** What the file says about nodes, links, timings and votes, a line for each thing. */
export function readClusterConf(root: XmlElement, lines: ImportLines, wrong: Wrong): OldCluster {
  const reading = { lines, wrong };
  const clusterName = attributeOf(root, "name");
  if (clusterName !== null)
    lines.carry(`cluster ${showPair("name", clusterName)}`, "name", root.line);
  dropOthers(reading, root, { known: ["name"], reason: "is about the file itself" });
  const nodes = childrenOf(childOf(root, "clusternodes"), "clusternode").map((element) =>
    readNode(reading, element),
  );
  const cman = readCman(reading, childOf(root, "cman"));
  const tokenTimeoutMs = readTotem(reading, childOf(root, "totem"));
  dropFenceDevices(reading, childOf(root, "fencedevices"));
  dropSections(reading, root);
  return { clusterName, nodes, tokenTimeoutMs, ...cman };
}

/** A line for each attribute of an element that nobody reads. */
function dropOthers(
  { lines }: Reading,
  element: XmlElement,
  what: { readonly known: readonly string[]; readonly reason: string },
): void {
  for (const [name, value] of Object.entries(element.attributes)) {
    if (what.known.includes(name) || name.startsWith("xmlns")) continue;
    lines.drop(`${element.name} ${showPair(name, value)}`, what.reason, element.line);
  }
}

function readNode(reading: Reading, element: XmlElement): OldNode {
  const { lines, wrong } = reading;
  const name = attributeOf(element, "name");
  const id = attributeOf(element, "nodeid");
  const subject = `clusternode ${name ?? ""}`;
  lines.carry(subject, "link 0 is the address of its name", element.line);
  const votes = attributeOf(element, "votes");
  if (votes === "1") lines.carry(`${subject} votes="1"`, "its vote", element.line);
  else if (votes !== null) {
    lines.change(`${subject} votes="${votes}"`, ONE_VOTE, element.line);
  }
  dropOthers(reading, element, {
    known: ["name", "nodeid", "votes"],
    reason: "has no place here",
  });
  const addresses = name === null ? [] : [name];
  for (const child of element.children) {
    const altname = child.name === "altname" ? attributeOf(child, "name") : null;
    if (altname !== null && addresses.length < LINKS_MAX) {
      addresses.push(altname);
      lines.carry(`${subject} altname="${altname}"`, "link 1", child.line);
      dropOthers(reading, child, { known: ["name"], reason: "is that of link 0 on all links" });
    } else if (child.name === "fence") dropFencing(reading, child, subject);
    else lines.drop(`${subject} ${child.name}`, "has no place here", child.line);
  }
  return {
    id: id === null ? null : readCount({ value: id, line: element.line }, "nodeid", wrong),
    name,
    addresses,
  };
}

/** One line for each device by which a node is fenced. */
function dropFencing({ lines }: Reading, fence: XmlElement, subject: string): void {
  for (const method of childrenOf(fence, "method")) {
    const methodName = attributeOf(method, "name") ?? "";
    for (const device of childrenOf(method, "device")) {
      const deviceName = attributeOf(device, "name") ?? "";
      const text = "is not taken over, see fencedevices";
      lines.drop(`${subject} fence ${methodName} device ${deviceName}`, text, device.line);
    }
  }
}

/** Devices hold passwords and addresses of management boards: only their names are shown. */
function dropFenceDevices({ lines }: Reading, section: XmlElement | null): void {
  for (const device of childrenOf(section, "fencedevice")) {
    const agent = attributeOf(device, "agent") ?? "";
    const subject = `fencedevice ${attributeOf(device, "name") ?? ""} agent="${agent}"`;
    lines.drop(subject, agent === REDIRECTION ? REDIRECTED : FENCED, device.line);
  }
}

function readCman(
  reading: Reading,
  cman: XmlElement | null,
): Pick<OldCluster, "transport" | "multicastGroup" | "port" | "quorum"> {
  const { lines, wrong } = reading;
  const value = (name: string): string | null => (cman === null ? null : attributeOf(cman, name));
  const line = cman?.line ?? null;
  const isTwoNode = value("two_node") === "1";
  const votes = value("expected_votes");
  const [twoNode, port] = [value("two_node"), value("port")];
  if (twoNode !== null) lines.carry(`cman two_node="${twoNode}"`, "quorum.two_node", line);
  if (!isTwoNode) lines.carry("cman", NO_TWO_NODE, line);
  if (votes !== null) lines.carry(`cman expected_votes="${votes}"`, "quorum.expected_votes", line);
  if (cman !== null) {
    const known = ["two_node", "expected_votes", "transport", "broadcast", "port"];
    dropOthers(reading, cman, { known, reason: "has no place here" });
  }
  const place = (text: string) => ({ value: text, line: line ?? 1 });
  if (port !== null) lines.change(`cman port="${port}"`, renderPort(port), line);
  const transport = readTransport(reading, cman);
  return {
    transport,
    multicastGroup: readGroup(reading, cman, transport),
    port: port === null ? null : readPort(place(port), "cman port", wrong),
    quorum: {
      isTwoNode,
      votesExpected: votes === null ? null : readCount(place(votes), "expected_votes", wrong),
      waitsForAll: false,
    },
  };
}

function readTransport({ lines }: Reading, cman: XmlElement | null): Transport {
  const given = cman === null ? null : attributeOf(cman, "transport");
  const isBroadcast = cman !== null && attributeOf(cman, "broadcast") === "yes";
  const line = cman?.line ?? null;
  if (isBroadcast || given === "udpb") {
    const subject = isBroadcast ? 'cman broadcast="yes"' : 'cman transport="udpb"';
    lines.change(subject, "there is no broadcast: transport udpu", line);
    return "udpu";
  }
  if (given === null) {
    lines.carry("cman transport", MULTICAST_DEFAULT, line);
    return "udp";
  }
  const subject = `cman transport="${given}"`;
  if (given === "udp" || given === "udpu") {
    lines.carry(subject, "transport", line);
    return given;
  }
  lines.change(subject, UNKNOWN_TRANSPORT, line);
  return "udpu";
}

function readGroup(
  { lines }: Reading,
  cman: XmlElement | null,
  transport: Transport,
): string | null {
  const multicast = childOf(cman, "multicast");
  for (const child of cman?.children ?? []) {
    if (child === multicast) continue;
    lines.drop(`cman ${child.name}`, "has no place here", child.line);
  }
  const group = multicast === null ? null : attributeOf(multicast, "addr");
  if (multicast === null || group === null) return null;
  const subject = `multicast addr="${group}"`;
  if (transport === "udp") lines.carry(subject, "multicast_group", multicast.line);
  else lines.drop(subject, NO_GROUP, multicast.line);
  const ttl = attributeOf(multicast, "ttl");
  if (ttl !== null) {
    lines.drop(`multicast ttl="${ttl}"`, "the nodes are on one link", multicast.line);
  }
  return transport === "udp" ? group : null;
}

function readTotem({ lines, wrong }: Reading, totem: XmlElement | null): number | null {
  if (totem === null) return null;
  for (const [name, value] of Object.entries(totem.attributes)) {
    const subject = `totem ${showPair(name, value)}`;
    if (name === "token") lines.carry(subject, "token_timeout_ms", totem.line);
    else if (name === "secauth") lines.change(subject, ALWAYS_SEALED, totem.line);
    else lines.drop(subject, totemReason(name), totem.line);
  }
  for (const child of totem.children) {
    lines.drop(`totem ${child.name}`, "links are those of the nodes' addresses", child.line);
  }
  const token = attributeOf(totem, "token");
  return token === null
    ? null
    : readCount({ value: token, line: totem.line }, "totem token", wrong);
}

function dropSections({ lines }: Reading, root: XmlElement): void {
  const read = new Set(["cman", "totem", "clusternodes", "fencedevices", "rm"]);
  const seen = new Set<string>();
  for (const { name, line } of root.children) {
    if (read.has(name) && !seen.has(name)) seen.add(name);
    else if (read.has(name)) lines.drop(name, "is a second one, which is not read", line);
    else lines.drop(name, SECTIONS.get(name) ?? "is not known here", line);
  }
}
