/** Reads corosync.conf of corosync 1, 2 and 3 (corosync.conf(5), votequorum(5)). */
import type { Transport } from "../../agent/core/model/index.ts";
import {
  ALWAYS_SEALED,
  interfaceReason,
  MULTICAST_DEFAULT,
  NO_GROUP,
  NO_TWO_NODE,
  ONE_VOTE,
  quorumReason,
  renderPort,
  sectionReason,
  totemReason,
  UNKNOWN_TRANSPORT,
} from "./corosync-reasons.ts";
import { type ImportLines, type OldCluster, type OldNode, showPair } from "./old-cluster.ts";
import type { CorosyncEntry, CorosyncSection } from "./parse-corosync.ts";
import { LINKS_MAX, readCount, readPort, type Wrong } from "./read-numbers.ts";

/** Names of a node's address on each link. */
const RING_ADDRESS = /^ring(\d)_addr$/;

/** What the parts of the reading share. */
interface Reading {
  readonly lines: ImportLines;
  readonly wrong: Wrong;
}

/** What the file says. Each setting has a line, and what is no value is told to `wrong`. */
export function readCorosync(root: CorosyncSection, lines: ImportLines, wrong: Wrong): OldCluster {
  const reading = { lines, wrong };
  const totem = merge(root, "totem");
  const transport = readTransport(reading, totem);
  const links = readInterfaces(reading, totem, transport);
  const nodes = merge(root, "nodelist")
    .sections.filter(({ name }) => name === "node")
    .map((node) => readNode(reading, node));
  const settings = readTotem(reading, totem);
  const quorum = readQuorum(reading, merge(root, "quorum"));
  dropSections(reading, root);
  return { ...settings, ...links, transport, nodes, quorum };
}

/** All sections of that name as one: a later setting counts, as with corosync. */
function merge(parent: CorosyncSection, name: string): CorosyncSection {
  const found = parent.sections.filter((each) => each.name === name);
  return {
    name,
    line: found[0]?.line ?? parent.line,
    entries: found.flatMap(({ entries }) => entries),
    sections: found.flatMap(({ sections }) => sections),
  };
}

/** The entry that counts; those before it are told of. Null: there is none. */
function last(reading: Reading, section: CorosyncSection, name: string): CorosyncEntry | null {
  const found = section.entries.filter((each) => each.name === name);
  for (const { value, line } of found.slice(0, -1)) {
    const subject = `${section.name}.${showPair(name, value)}`;
    reading.lines.drop(subject, "is given again further down, which counts", line);
  }
  return found.at(-1) ?? null;
}

function readTotem(
  reading: Reading,
  totem: CorosyncSection,
): Pick<OldCluster, "clusterName" | "tokenTimeoutMs"> {
  const { lines } = reading;
  const clusterName = last(reading, totem, "cluster_name");
  const token = last(reading, totem, "token");
  if (clusterName !== null) {
    lines.carry(`totem.${showPair("cluster_name", clusterName.value)}`, "name", clusterName.line);
  }
  if (token !== null) {
    lines.carry(`totem.${showPair("token", token.value)}`, "token_timeout_ms", token.line);
  }
  const crypto = new Set(["crypto_cipher", "crypto_hash", "secauth"]);
  for (const { name, value, line } of totem.entries) {
    if (["cluster_name", "token", "transport"].includes(name)) continue;
    const subject = `totem.${showPair(name, value)}`;
    if (crypto.has(name)) lines.change(subject, ALWAYS_SEALED, line);
    else lines.drop(subject, totemReason(name), line);
  }
  return {
    clusterName: clusterName === null || clusterName.value === "" ? null : clusterName.value,
    tokenTimeoutMs: token === null ? null : readCount(token, "totem.token", reading.wrong),
  };
}

/** Corosync 3 has knet where nothing is written, the releases before it multicast. */
function readTransport(reading: Reading, totem: CorosyncSection): Transport {
  const { lines } = reading;
  const given = last(reading, totem, "transport");
  const subject = `totem.transport${given === null ? "" : `="${given.value}"`}`;
  const line = given?.line ?? null;
  switch (given?.value.toLowerCase()) {
    case "udp":
    case "udpu":
      lines.carry(subject, "transport", line);
      return given?.value.toLowerCase() === "udp" ? "udp" : "udpu";
    case "knet":
      lines.change(subject, "transport udpu: unicast on each link at the same time", line);
      return "udpu";
    case undefined: {
      const isOld = totem.sections.some((each) =>
        each.entries.some(({ name }) => name === "mcastaddr" || name === "bindnetaddr"),
      );
      if (isOld) lines.carry(subject, MULTICAST_DEFAULT, line);
      else lines.change(subject, "not given: knet of corosync 3 becomes transport udpu", line);
      return isOld ? "udp" : "udpu";
    }
    default:
      lines.change(subject, UNKNOWN_TRANSPORT, line);
      return "udpu";
  }
}

function readInterfaces(
  reading: Reading,
  totem: CorosyncSection,
  transport: Transport,
): Pick<OldCluster, "multicastGroup" | "port"> {
  const interfaces = totem.sections.filter(({ name }) => name === "interface");
  for (const { name, line } of totem.sections) {
    if (name !== "interface") reading.lines.drop(`totem.${name}`, "is not known here", line);
  }
  const read = interfaces.map((each, index) => readInterface(reading, each, index));
  const first = read.find(({ link }) => link === 0);
  const group = first?.multicastGroup ?? null;
  if (group !== null) {
    const subject = `totem.interface.${showPair("mcastaddr", group.value)}`;
    if (transport === "udp") reading.lines.carry(subject, "multicast_group", group.line);
    else reading.lines.drop(subject, NO_GROUP, group.line);
  }
  return {
    multicastGroup: transport === "udp" ? (group?.value ?? null) : null,
    port: first?.port ?? null,
  };
}

interface Interface {
  readonly link: number;
  readonly multicastGroup: CorosyncEntry | null;
  readonly port: number | null;
}

function readInterface(reading: Reading, section: CorosyncSection, index: number): Interface {
  const { lines, wrong } = reading;
  const numbered = section.entries.find(({ name }) => /^(?:ring|link)number$/.test(name));
  const link = numbered === undefined ? index : (readCount(numbered, "number", wrong) ?? index);
  let multicastGroup: CorosyncEntry | null = null;
  let port: number | null = null;
  for (const entry of [...section.entries, ...section.sections.flatMap(({ entries }) => entries)]) {
    const { name, value, line } = entry;
    const subject = `totem.interface.${showPair(name, value)}`;
    if (name === "ringnumber" || name === "linknumber") {
      lines.carry(subject, link < LINKS_MAX ? `link ${link}` : "", line);
    } else if (name === "mcastaddr" && link === 0) {
      multicastGroup = entry;
    } else if (name === "mcastport" && link === 0) {
      port = readPort(entry, "mcastport", wrong);
      lines.change(subject, renderPort(value), line);
    } else if (name === "mcastaddr" || name === "mcastport") {
      lines.drop(subject, "is that of link 0 on all links", line);
    } else if (name === "broadcast" && value === "yes") {
      lines.change(subject, "there is no broadcast: multicast or udpu, as transport says", line);
    } else lines.drop(subject, interfaceReason(name), line);
  }
  return { link, multicastGroup, port };
}

function readNode(reading: Reading, section: CorosyncSection): OldNode {
  const { lines, wrong } = reading;
  const addresses: string[] = [];
  const name = last(reading, section, "name");
  const number = last(reading, section, "nodeid");
  const shown = name?.value ?? number?.value ?? `of line ${section.line}`;
  for (const { name: setting, value, line } of section.entries) {
    const subject = `nodelist.node ${shown} ${showPair(setting, value)}`;
    const link = RING_ADDRESS.exec(setting)?.[1];
    if (link !== undefined && Number(link) < LINKS_MAX) {
      addresses[Number(link)] = value;
      lines.carry(subject, `link ${link}`, line);
    } else if (link !== undefined) {
      lines.drop(subject, `there are at most ${LINKS_MAX} links`, line);
    } else if (setting === "name") lines.carry(subject, "name of the node", line);
    else if (setting === "quorum_votes" && value === "1") lines.carry(subject, "its vote", line);
    else if (setting === "quorum_votes") lines.change(subject, ONE_VOTE, line);
    else if (setting !== "nodeid") lines.drop(subject, "is not known here", line);
  }
  if (addresses.length > 0 && addresses[0] === undefined) {
    const path = `line ${section.line}: node ${name?.value ?? ""}`.trim();
    wrong({ path, found: "ring1_addr alone", expected: "needs ring0_addr too" });
  }
  return {
    id: number === null ? null : readCount(number, "nodeid", wrong),
    name: name === null || name.value === "" ? null : name.value,
    addresses: addresses.filter((address) => address !== undefined && address !== ""),
  };
}

/** `two_node` brings `wait_for_all` with it unless that is said to be off (votequorum(5)). */
function readQuorum(reading: Reading, quorum: CorosyncSection): OldCluster["quorum"] {
  const { lines, wrong } = reading;
  const read = (name: string): CorosyncEntry | null => last(reading, quorum, name);
  const provider = read("provider");
  const [twoNode, votes, wait] = [read("two_node"), read("expected_votes"), read("wait_for_all")];
  const known = new Set(["provider", "two_node", "expected_votes", "wait_for_all"]);
  for (const { name, value, line } of quorum.entries) {
    const subject = `quorum.${showPair(name, value)}`;
    if (!known.has(name)) lines.drop(subject, quorumReason(name), line);
  }
  for (const { name, line } of quorum.sections) {
    const text = "there is no quorum device: a node asks the service network who answers instead";
    lines.drop(`quorum.${name}`, name === "device" ? text : "is not known here", line);
  }
  if (provider === null) {
    lines.change("quorum", "no provider: two_node 1, a node goes on alone", null);
    return { isTwoNode: true, votesExpected: null, waitsForAll: false };
  }
  lines.carry(`quorum.${showPair("provider", provider.value)}`, "votes are counted", provider.line);
  const isTwoNode = readFlag(reading, twoNode) ?? false;
  const waitsForAll = readFlag(reading, wait) ?? isTwoNode;
  if (twoNode !== null)
    lines.carry(`quorum.${showPair("two_node", twoNode.value)}`, "quorum.two_node", twoNode.line);
  if (!isTwoNode) lines.carry("quorum", NO_TWO_NODE, null);
  if (wait !== null)
    lines.carry(`quorum.${showPair("wait_for_all", wait.value)}`, "quorum.wait_for_all", wait.line);
  else if (isTwoNode) lines.carry("quorum.wait_for_all", "1, which comes with two_node", null);
  if (votes !== null)
    lines.carry(
      `quorum.${showPair("expected_votes", votes.value)}`,
      "quorum.expected_votes",
      votes.line,
    );
  return {
    isTwoNode,
    votesExpected: votes === null ? null : readCount(votes, "quorum.expected_votes", wrong),
    waitsForAll,
  };
}

function readFlag({ wrong }: Reading, entry: CorosyncEntry | null): boolean | null {
  if (entry === null) return null;
  if (["1", "yes", "on"].includes(entry.value)) return true;
  if (["0", "no", "off"].includes(entry.value)) return false;
  wrong({
    path: `line ${entry.line}: ${entry.name}`,
    found: entry.value,
    expected: "must be 0 or 1",
  });
  return null;
}

/** One line for each setting of what is left out as a whole. */
function dropSections({ lines }: Reading, root: CorosyncSection): void {
  const read = new Set(["totem", "nodelist", "quorum"]);
  const drop = (section: CorosyncSection, path: string, reason: string): void => {
    for (const { name, value, line } of section.entries) {
      lines.drop(`${path}.${showPair(name, value)}`, reason, line);
    }
    for (const each of section.sections) drop(each, `${path}.${each.name}`, reason);
  };
  for (const { name, value, line } of root.entries) {
    lines.drop(showPair(name, value), "is not known here", line);
  }
  for (const each of root.sections) {
    if (!read.has(each.name)) drop(each, each.name, sectionReason(each.name));
  }
}
