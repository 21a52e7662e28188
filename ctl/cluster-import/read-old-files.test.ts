import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "mocha";
import { type ClusterConfig, primitivesOf } from "../../agent/core/model/index.ts";
import type { ImportLine } from "../cib-xml/index.ts";
import { ImportLines, nameNodes, type OldFiles, planCluster, planResources } from "./index.ts";
import { readOldFiles } from "./read-old-files.ts";

const OLD_CLUSTERS = join(import.meta.dirname, "../../test/old-clusters");
const NODES = ["ip1", "ip2"];
const NO_MAP = new Map<string, string>();

function example(path: string): string {
  return readFileSync(join(OLD_CLUSTERS, path), "utf8");
}

function read(...texts: readonly string[]): OldFiles {
  const result = readOldFiles(
    texts.map((text, index) => ({ file: `file${index}`, text })),
    0,
  );
  return result.kind === "files" ? result.files : assert.fail(JSON.stringify(result.problems));
}

function problemsOf(...texts: readonly string[]): readonly string[] {
  const given = texts.map((text, index) => ({ file: `file${index}`, text }));
  const result = readOldFiles(given, 0);
  if (result.kind === "files") return [];
  return result.problems.map(({ path, found, expected }) => `${path}: ${found}: ${expected}`);
}

/** The configuration with addresses for the names, and all lines. */
function planned(
  files: OldFiles,
  words: Partial<Parameters<typeof nameNodes>[1]> = {},
): { readonly config: ClusterConfig; readonly lines: readonly ImportLine[] } {
  const lines = new ImportLines();
  const cibNodes = files.cib?.document.input.cib.nodes ?? [];
  const about = { cibNodes, map: NO_MAP, addresses: new Map(), ...words };
  const { nodes, problems } = nameNodes(files.cluster.nodes, about, lines);
  assert.deepEqual(problems, []);
  const addressed = nodes.map((node) => ({
    ...node,
    addresses: (node.addresses.length === 0 ? [node.name] : node.addresses).map((address, link) =>
      /^[\d.]+$/.test(address) ? address : `192.0.${link}.${node.id}`,
    ),
  }));
  const cibName = files.cib?.document.input.cib.properties["cluster-name"] ?? null;
  const file = planCluster(
    files.cluster,
    { nodes: addressed, cibName, aloneAfterMs: files.aloneAfterMs },
    lines,
  );
  assert.ok(file.kind === "config", JSON.stringify(file));
  return {
    config: file.config,
    lines: [...files.parts.flatMap((part) => part.lines), ...lines.lines],
  };
}

function has(
  lines: readonly ImportLine[],
  kind: ImportLine["kind"],
  [subject, text]: readonly [subject: string, text: RegExp],
): void {
  const found = lines.find((line) => line.kind === kind && line.subject === subject);
  const shown = lines.map((line) => `${line.kind} ${line.subject}: ${line.text}`).join("\n");
  assert.ok(found !== undefined, `no line "${kind} ${subject}" among\n${shown}`);
  assert.match(found.text, text);
}

suite("the guide's own cluster of cman", () => {
  const files = read(
    example("cman/cib.xml"),
    example("cman/sysconfig-cman"),
    example("cman/cluster.conf"),
  );

  test("nodes, votes and waiting are as before", () => {
    const { config } = planned(files);
    assert.equal(config.clusterName, "webcluster");
    assert.deepEqual(
      config.nodes.map(({ id, name }) => [id, name]),
      [
        [1, "ip1"],
        [2, "ip2"],
      ],
    );
    assert.equal(config.transport, "udp");
    assert.deepEqual(config.quorum, {
      isTwoNode: true,
      votesExpected: 1,
      waitsForAll: false,
      aloneAfterMs: 0,
    });
  });

  test("each thing has a line: what stays, what changes, what is left out", () => {
    const { lines } = planned(files);
    has(lines, "carried", ['CMAN_QUORUM_TIMEOUT="0"', /^quorum.quorum_timeout_ms 0 \(line 1\)$/]);
    has(lines, "carried", ['cman two_node="1"', /\(line 19\)$/]);
    has(lines, "dropped", ['fencedevice pcmk agent="fence_pcmk"', /hands fencing to Pacemaker/]);
    has(lines, "dropped", ["clusternode ip2 fence pcmk-redirect device pcmk", /not taken over/]);
    has(lines, "changed", ["token timeout", /not given \(cman: 10000 ms.*1000 ms/]);
    has(lines, "changed", ["multicast_group", /made anew/]);
  });

  test("the resources are those of the CIB, and may become the configuration", () => {
    const { cib, problems } = planResources(files, { nodes: NODES, map: NO_MAP });
    assert.deepEqual(problems, []);
    assert.deepEqual(
      cib?.resources.map(({ id }) => id),
      ["virtual_ip", "webserver"],
    );
    assert.equal(cib.constraints.length, 2);
    assert.deepEqual(cib.properties, { "stonith-enabled": "false", "no-quorum-policy": "ignore" });
    assert.deepEqual(cib.resourceDefaults, { "migration-threshold": "1" });
  });

  test("nodes get new names in both files; a name on the link is the new one", () => {
    const map = new Map([
      ["ip1", "web-a"],
      ["ip2", "web-b"],
    ]);
    const lines = new ImportLines();
    const { nodes } = nameNodes(
      files.cluster.nodes,
      { cibNodes: [], map, addresses: new Map() },
      lines,
    );
    assert.deepEqual(
      nodes.map(({ name, addresses }) => [name, addresses]),
      [
        ["web-a", ["web-a"]],
        ["web-b", ["web-b"]],
      ],
    );
    const { problems } = planResources(files, { nodes: ["web-a", "web-b"], map });
    assert.deepEqual(problems, []);
  });
});

suite("a pair of corosync 3 and Pacemaker 2.1", () => {
  const files = read(example("corosync/corosync.conf"), example("corosync/cib.xml"));

  test("two links, token and votes are as before", () => {
    const { config } = planned(files);
    assert.deepEqual(config, {
      clusterName: "webcluster",
      nodes: [
        { id: 1, name: "ip1", addresses: ["192.168.33.18", "192.168.34.18"] },
        { id: 2, name: "ip2", addresses: ["192.168.33.19", "192.168.34.19"] },
      ],
      transport: "udpu",
      multicastGroup: null,
      port: 5405,
      profile: "lan",
      tokenTimeoutMs: 4000,
      quorum: { isTwoNode: true, votesExpected: 1, waitsForAll: true, aloneAfterMs: null },
    });
  });

  test("each thing has a line", () => {
    const { lines } = planned(files);
    has(lines, "changed", ['totem.transport="knet"', /udpu.*\(line 4\)$/]);
    has(lines, "changed", ['totem.crypto_cipher="aes256"', /always sealed/]);
    has(lines, "carried", ['totem.token="4000"', /token_timeout_ms/]);
    has(lines, "carried", ["quorum.wait_for_all", /comes with two_node/]);
    has(lines, "dropped", ['logging.to_syslog="yes"', /\(line 35\)$/]);
  });
});

suite("corosync.conf in its other forms", () => {
  const nodes =
    "nodelist {\n node {\n  ring0_addr: 10.0.0.1\n  name: a\n  nodeid: 1\n }\n node {\n" +
    "  ring0_addr: 10.0.0.2\n  name: b\n  nodeid: 2\n }\n}\n";

  test("release 1: multicast, its group and port; the nodes are those of the CIB", () => {
    const files = read(example("corosync-1/corosync.conf"), example("corosync/cib.xml"));
    const { config, lines } = planned(files);
    assert.deepEqual(
      [config.clusterName, config.transport, config.multicastGroup, config.port],
      ["webcluster", "udp", "239.255.1.1", 5505],
    );
    assert.equal(config.tokenTimeoutMs, 5000);
    assert.equal(config.profile, "vm");
    assert.deepEqual(config.quorum, {
      isTwoNode: true,
      votesExpected: 1,
      waitsForAll: false,
      aloneAfterMs: 17_000,
    });
    has(lines, "carried", ["totem.transport", /multicast/]);
    has(lines, "dropped", ['compatibility="whitetank"', /not known/]);
    has(lines, "dropped", ['totem.interface.mcastaddr="239.255.2.1"', /link 0 on all links/]);
    has(lines, "dropped", ['totem.interface.bindnetaddr="192.168.33.0"', /nodes have addresses/]);
    has(lines, "dropped", ['service.name="pacemaker"', /corosync 1/]);
    has(lines, "changed", ["quorum_timeout_ms", /17000 ms/]);
  });

  test("two_node brings wait_for_all unless that is off", () => {
    const quorum = (more: string) =>
      planned(read(`${nodes}quorum {\n provider: corosync_votequorum\n${more}}\n`)).config.quorum;
    assert.equal(quorum("two_node: 1\n").waitsForAll, true);
    assert.equal(quorum("two_node: 1\nwait_for_all: 0\n").waitsForAll, false);
    assert.deepEqual(
      [quorum("").isTwoNode, quorum("").votesExpected, quorum("").waitsForAll],
      [false, 2, false],
    );
    assert.equal(quorum("two_node: 1\nexpected_votes: 2\n").votesExpected, 2);
  });

  test("a node that the file does not name has the name of the CIB's node of that id", () => {
    const unnamed = nodes.replaceAll(/ {2}name: .\n/g, "");
    const { config } = planned(read(unnamed, example("corosync/cib.xml")));
    assert.deepEqual(
      config.nodes.map(({ name }) => name),
      NODES,
    );
    const lines = new ImportLines();
    const words = { cibNodes: [], map: NO_MAP, addresses: new Map() };
    const { problems } = nameNodes(read(unnamed).cluster.nodes, words, lines);
    assert.deepEqual(
      problems.map(({ path, found }) => `${path}: ${found}`),
      ["node 10.0.0.1: has no name", "node 10.0.0.2: has no name"],
    );
  });

  test("the later of two settings counts, and a third link is left out", () => {
    const text = nodes.replace(
      "nodeid: 1",
      "nodeid: 1\n ring1_addr: 10.1.0.1\n ring2_addr: 10.2.0.1",
    );
    const more = text.replace("nodeid: 2", "nodeid: 2\n ring1_addr: 10.1.0.2");
    const { config, lines } = planned(read(`totem {\n token: 500\n token: 700\n}\n${more}`));
    assert.equal(config.tokenTimeoutMs, 700);
    assert.deepEqual(config.nodes[0]?.addresses, ["10.0.0.1", "10.1.0.1"]);
    has(lines, "dropped", ['totem.token="500"', /further down/]);
    has(lines, "dropped", ['nodelist.node a ring2_addr="10.2.0.1"', /at most 2 links/]);
  });

  test("a token outside of the bounds is brought within them, and a key is not shown", () => {
    const { config, lines } = planned(read(`totem {\n token: 90000\n key: geheim\n}\n${nodes}`));
    assert.equal(config.tokenTimeoutMs, 60_000);
    has(lines, "changed", ["token timeout", /90000 ms is outside of 100 to 60000: 60000 ms/]);
    has(lines, "dropped", ["totem.key=(not shown)", /sealed/]);
    assert.doesNotMatch(JSON.stringify(lines), /geheim/);
  });

  test("what is no number or flag is refused with its line", () => {
    const bad = `totem {\n token: 5s\n}\n${nodes}quorum {\n provider: x\n two_node: maybe\n}\n`;
    assert.deepEqual(problemsOf(bad), [
      'file0: line 2: totem.token: "5s": must be a whole number',
      "file0: line 18: two_node: maybe: must be 0 or 1",
    ]);
    assert.deepEqual(
      problemsOf("nodelist {\n node {\n  name: a\n  ring1_addr: 10.0.0.1\n }\n}\n"),
      ["file0: line 2: node a: ring1_addr alone: needs ring0_addr too"],
    );
  });
});

suite("which file is which", () => {
  const conf = example("corosync/corosync.conf");
  const rows: readonly (readonly [text: string, expected: RegExp])[] = [
    ["", /file0: file: empty: must be cluster.conf/],
    ["# nothing\n", /empty/],
    ["\u0000\u0001", /NUL bytes/],
    ["<html/>", /line 1: element html: must be cluster.conf/],
    ["<?xml version='1.0'?>\n<!-- a --><cluster", /line 2, column \d+: .*is not XML/],
    ['<!DOCTYPE cluster [<!ENTITY a "b">]>\n<cluster name="&a;"/>', /document type/],
    ["hello world\n", /line 1: "hello world": must be cluster.conf/],
    ['{"cib": 1}', /line 1: "\{"cib": 1\}"/],
    [`<cluster>${"<a>".repeat(200)}`, /nested deeper than 100/],
    [`<cluster a="${"a".repeat(1024 * 1024)}"/>`, /at most 1048576/],
    [`${"<!--".repeat(20_000)}`, /./],
  ];
  for (const [text, expected] of rows) {
    test(`one line for ${JSON.stringify(text.slice(0, 40))}`, () => {
      const problems = problemsOf(text);
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? "", expected);
    });
  }

  test("a byte order mark and line ends of Windows are no matter", () => {
    const windows = `\uFEFF${conf.replaceAll("\n", "\r\n")}`;
    assert.deepEqual(planned(read(windows)).config, planned(read(conf)).config);
    const xml = `\uFEFF${example("cman/cluster.conf").replaceAll("\n", "\r\n")}`;
    assert.equal(planned(read(xml)).config.clusterName, "webcluster");
  });

  test("one file of a kind, and settings of cman only with its cluster.conf", () => {
    assert.match(
      problemsOf(conf, example("cman/cluster.conf"))[0] ?? "",
      /file0 and file1: .*give one/,
    );
    const cib = example("corosync/cib.xml");
    assert.match(problemsOf(cib, cib)[0] ?? "", /file0 and file1: .*both a CIB/);
    assert.match(
      problemsOf(conf, example("cman/sysconfig-cman"))[0] ?? "",
      /file1: .*cluster.conf/,
    );
  });
});

suite("services of rgmanager", () => {
  const files = read(example("rgmanager/cluster.conf"));
  const { cib, part, problems } = planResources(files, { nodes: NODES, map: NO_MAP });
  const lines = part?.lines ?? [];
  const group = (id: string) => {
    const found = cib?.resources.find((resource) => resource.id === id);
    return found?.kind === "group" ? found : assert.fail(`no group ${id}`);
  };

  test("become groups that start in rgmanager's order, with the agents that are here", () => {
    assert.deepEqual(problems, []);
    const members = group("web").members;
    assert.deepEqual(
      members.map(({ id, agent, parameters }) => [id, agent.type, parameters]),
      [
        ["ip_192.168.33.20", "IPaddr2", { ip: "192.168.33.20", cidr_netmask: "24" }],
        ["web-1", "apache", { configfile: "/etc/httpd/conf/httpd.conf" }],
      ],
    );
    assert.deepEqual(
      members.map(({ operations }) => operations.map(({ intervalMs }) => intervalMs)),
      [[15_000], [30_000]],
    );
    assert.deepEqual(group("web").meta, {
      "migration-threshold": "4",
      "failure-timeout": "300s",
      "resource-stickiness": "0",
    });
  });

  test("a service that lacks a part does not start by itself", () => {
    const { meta, members } = group("db");
    assert.deepEqual(
      members.map(({ id }) => id),
      ["ip_192.168.33.21", "agent"],
    );
    assert.equal(members[1]?.agent.standard, "service");
    assert.equal(meta["target-role"], "Stopped");
    has(lines, "dropped", ["mysql db of service db", /ocf:heartbeat:mysql/]);
    has(lines, "dropped", ["fs data of service db", /no equivalent/]);
    assert.doesNotMatch(JSON.stringify(lines), /hush/);
  });

  test("failover domains become preferences and bans", () => {
    assert.deepEqual(
      cib?.constraints.map((each) =>
        each.kind === "location" ? [each.resource, each.node, each.score] : [],
      ),
      [
        ["web", "ip1", 100],
        ["db", "ip1", -1_000_000],
      ],
    );
    assert.equal(group("db").meta["resource-stickiness"], "1000");
  });

  test("what is left out has a line; secrets of fence devices are not shown", () => {
    has(lines, "dropped", ["rm vm guest", /no equivalent/]);
    has(lines, "dropped", ["script unused", /in no service/]);
    has(lines, "changed", ["property stonith-enabled", /^false/]);
    const all = JSON.stringify(files.parts);
    assert.match(all, /fencedevice ilo1/);
    assert.doesNotMatch(all, /s3cret|10\.0\.0\.1/);
  });

  test("two links, numbers and name are made what they must be here", () => {
    const { config, lines: own } = planned(files);
    assert.equal(config.clusterName, "web-cluster");
    assert.deepEqual(
      config.nodes.map(({ id, name, addresses }) => [id, name, addresses.length]),
      [
        [1, "ip2", 2],
        [2, "ip1", 2],
      ],
    );
    assert.equal(config.port, 5605);
    has(own, "changed", ['node ip1 nodeid="7"', /is 2 here/]);
    has(own, "changed", ['clusternode ip2 votes="2"', /one vote/]);
    has(own, "dropped", ["quorumd", /quorum disk/]);
  });

  test("do not count beside a CIB", () => {
    const both = read(example("rgmanager/cluster.conf"), example("corosync/cib.xml"));
    const plan = planResources(both, { nodes: NODES, map: NO_MAP });
    assert.deepEqual(
      plan.cib?.resources.map(({ id }) => id),
      ["virtual_ip", "webserver"],
    );
    has(plan.part?.lines ?? [], "dropped", ["rm of file0", /are those of file1/]);
  });

  test("services without an equivalent are no configuration, and each has its line", () => {
    const text =
      '<cluster name="c"><rm><service name="db"><mysql name="m"/></service></rm></cluster>';
    const plan = planResources(read(text), { nodes: NODES, map: NO_MAP });
    assert.equal(plan.cib, null);
    has(plan.part?.lines ?? [], "dropped", ["service db", /nothing in it has an equivalent/]);
  });

  test("without a service the rest of the section has its lines", () => {
    const text =
      '<cluster name="c"><rm><failoverdomains><failoverdomain name="d"/></failoverdomains>' +
      '<resources><script name="x" file="/etc/init.d/x"/></resources></rm></cluster>';
    const plan = planResources(read(text), { nodes: NODES, map: NO_MAP });
    assert.equal(plan.cib, null);
    has(plan.part?.lines ?? [], "dropped", ["script x", /in no service/]);
    has(plan.part?.lines ?? [], "dropped", ["failoverdomain d", /named by no service/]);
  });

  test("more elements than a configuration has room for are refused", () => {
    const text = `<cluster name="c"><rm>${"<service/>".repeat(5001)}</rm></cluster>`;
    const plan = planResources(read(text), { nodes: NODES, map: NO_MAP });
    assert.equal(plan.cib, null);
    assert.match(plan.problems[0]?.expected ?? "", /at most 5000 elements/);
  });

  test("ids stay unique, whatever the names are", () => {
    const text =
      '<cluster name="c"><rm><service name="x"><script name="x" file="/etc/init.d/x"/>' +
      '<script name="9 x" file="/etc/init.d/y"/></service><service name="x">' +
      '<ip address="fd33::1"/></service></rm></cluster>';
    const plan = planResources(read(text), { nodes: NODES, map: NO_MAP });
    assert.deepEqual(plan.problems, []);
    const ids = (plan.cib?.resources ?? []).flatMap((each) => [
      each.id,
      ...primitivesOf(each).map(({ id }) => id),
    ]);
    assert.deepEqual(ids, ["x", "x-1", "_9-x", "x-2", "ip_fd33--1"]);
  });
});
