import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { suite, test } from "mocha";
import type { ClusterConfig } from "../core/model/index.ts";
import { encodeClusterFile, multicastGroupOf, parseClusterFile } from "./cluster-file.ts";
import { addressFamily, canonicalAddress } from "./ip-address.ts";
import { encodeJoinToken, parseJoinToken } from "./join-token.ts";
import { findLocalNode } from "./local-node.ts";

const DOCUMENT = {
  name: "webcluster",
  nodes: [
    { id: 1, name: "ip1", addresses: ["192.168.33.18"] },
    { id: 2, name: "ip2", addresses: ["192.168.33.19"] },
  ],
};

function parsed(document: unknown): ClusterConfig {
  const file = parseClusterFile(document);
  if (file.kind === "config") return file.config;
  return assert.fail(JSON.stringify(file.problems));
}

suite("cluster.yaml", () => {
  test("names and addresses are enough", () => {
    assert.deepEqual(parsed(DOCUMENT), {
      clusterName: "webcluster",
      nodes: DOCUMENT.nodes,
      transport: "udpu",
      multicastGroup: null,
      port: 5405,
      profile: "lan",
      tokenTimeoutMs: 1000,
      quorum: { isTwoNode: true, votesExpected: 1, waitsForAll: false, aloneAfterMs: 5000 },
    });
  });

  test("the text says what was configured, and is the same for the same configuration", () => {
    const config = parsed({ ...DOCUMENT, transport: "udp", profile: "fast", port: 6000 });
    const text = encodeClusterFile(config);
    const lines = text.split("\n").filter((line) => !line.trim().startsWith("#"));
    assert.deepEqual(lines, [
      'name: "webcluster"',
      "nodes:",
      "  - id: 1",
      '    name: "ip1"',
      '    addresses: ["192.168.33.18"]',
      "  - id: 2",
      '    name: "ip2"',
      '    addresses: ["192.168.33.19"]',
      "transport: udp",
      `multicast_group: ${JSON.stringify(multicastGroupOf("webcluster", 4))}`,
      "port: 6000",
      "profile: fast",
      "token_timeout_ms: 200",
      "quorum:",
      "  two_node: 1",
      "  expected_votes: 1",
      "  wait_for_all: 0",
      "  quorum_timeout_ms: 2600",
      "",
    ]);
    assert.equal(encodeClusterFile(config), text);
    assert.ok(text.split("\n").every((line) => line.length <= 100));
  });

  const node = (difference: object) => [{ ...DOCUMENT.nodes[0], ...difference }, DOCUMENT.nodes[1]];
  const refusals = [
    ["nothing", null, "cluster.yaml"],
    ["a text", "web", "cluster.yaml"],
    ["an unknown field", { ...DOCUMENT, tokn: 5 }, "cluster.yaml"],
    ["no name", { nodes: DOCUMENT.nodes }, "name"],
    ["a name with a blank", { ...DOCUMENT, name: "a b" }, "name"],
    ["one node", { ...DOCUMENT, nodes: [DOCUMENT.nodes[0]] }, "nodes"],
    ["the same name twice", { ...DOCUMENT, nodes: node({ name: "ip2" }) }, "nodes"],
    ["the same id twice", { ...DOCUMENT, nodes: node({ id: 2 }) }, "nodes"],
    ["id 3", { ...DOCUMENT, nodes: node({ id: 3 }) }, "nodes[0].id"],
    ["no address", { ...DOCUMENT, nodes: node({ addresses: [] }) }, "nodes[0].addresses"],
    ["a name as address", { ...DOCUMENT, nodes: node({ addresses: ["ip1"] }) }, "node ip1"],
    ["a group as address", { ...DOCUMENT, nodes: node({ addresses: ["239.1.1.1"] }) }, "node ip1"],
    [
      "one address for both",
      { ...DOCUMENT, nodes: node({ addresses: ["192.168.33.19"] }) },
      "node ip2",
    ],
    ["two families on a link", { ...DOCUMENT, nodes: node({ addresses: ["fd00::1"] }) }, "link 0"],
    [
      "two links against one",
      { ...DOCUMENT, nodes: node({ addresses: ["192.168.33.18", "10.0.0.1"] }) },
      "nodes",
    ],
    ["transport tcp", { ...DOCUMENT, transport: "tcp" }, "transport"],
    ["a group without multicast", { ...DOCUMENT, multicast_group: "239.1.1.1" }, "multicast_group"],
    [
      "a group that is none",
      { ...DOCUMENT, transport: "udp", multicast_group: "10.0.0.1" },
      "multicast_group",
    ],
    ["port 65535", { ...DOCUMENT, port: 65_535 }, "port"],
    ["a port as text", { ...DOCUMENT, port: "5405" }, "port"],
    ["profile turbo", { ...DOCUMENT, profile: "turbo" }, "profile"],
    ["token 50", { ...DOCUMENT, token_timeout_ms: 50 }, "token_timeout_ms"],
    ["two_node 2", { ...DOCUMENT, quorum: { two_node: 2 } }, "quorum.two_node"],
    [
      "a timeout while waiting for all",
      { ...DOCUMENT, quorum: { wait_for_all: 1, quorum_timeout_ms: 5 } },
      "quorum.quorum_timeout_ms",
    ],
  ] as const;
  for (const [name, document, path] of refusals) {
    test(`refused: ${name}`, () => {
      const file = parseClusterFile(document);
      assert.ok(file.kind === "refused");
      assert.ok(
        file.problems.some((problem) => problem.path === path),
        JSON.stringify(file),
      );
    });
  }

  test("all problems are reported at once", () => {
    const file = parseClusterFile({ ...DOCUMENT, port: 0, profile: "x", quorum: { a: 1 } });
    assert.ok(file.kind === "refused");
    assert.deepEqual(
      file.problems.map(({ path }) => path),
      ["profile", "port", "quorum"],
    );
  });

  test("no document at all makes it throw", () => {
    fc.assert(
      fc.property(fc.anything(), (document) => {
        parseClusterFile(document);
        parseClusterFile({ ...DOCUMENT, nodes: document, quorum: document });
      }),
    );
  });
});

suite("addresses", () => {
  const rows = [
    ["192.168.33.18", 4],
    ["0.0.0.0", 4],
    ["256.1.1.1", null],
    ["1.2.3", null],
    ["01.2.3.4", null],
    ["::1", 6],
    ["::", 6],
    ["fd00::1:2", 6],
    ["1:2:3:4:5:6:7:8", 6],
    ["1:2:3:4:5:6:7::", 6],
    ["1:2:3:4:5:6:7:8:9", null],
    ["1::2::3", null],
    ["1:2:3:4:5:6:7:8::", null],
    [":1::2", null],
    ["1::2:", null],
    ["fe80::1%eth0", null],
    ["12345::", null],
    ["localhost", null],
    ["", null],
  ] as const;
  for (const [text, family] of rows) {
    test(`"${text}" is of family ${family}`, () => assert.equal(addressFamily(text), family));
  }

  test("two spellings of one address are the same", () => {
    assert.equal(canonicalAddress("FD00:0:0::0001"), canonicalAddress("fd00::1"));
    assert.notEqual(canonicalAddress("fd00::1"), canonicalAddress("fd00:1::"));
  });
});

suite("which node a host is", () => {
  const config = parsed(DOCUMENT);
  const rows = [
    ["by name and address", { hostName: "ip1", addresses: ["192.168.33.18"] }, "ip1"],
    ["by address alone", { hostName: "lb-two", addresses: ["10.0.0.1", "192.168.33.19"] }, "ip2"],
    ["by name alone", { hostName: "ip2.example.org", addresses: [] }, "ip2"],
    [
      "by name, with both addresses",
      { hostName: "ip2", addresses: ["192.168.33.18", "192.168.33.19"] },
      "ip2",
    ],
    ["neither", { hostName: "other", addresses: ["10.0.0.1"] }, null],
    ["name and address apart", { hostName: "ip1", addresses: ["192.168.33.19"] }, null],
    [
      "both addresses, no name",
      { hostName: "other", addresses: ["192.168.33.18", "192.168.33.19"] },
      null,
    ],
  ] as const;
  for (const [name, host, expected] of rows) {
    test(`${name}: ${expected}`, () => {
      const found = findLocalNode(config, host);
      assert.equal("code" in found ? null : found.name, expected);
    });
  }
});

suite("join token", () => {
  const texts = { config: "name: ä\n", authkey: `${"0f".repeat(32)}\n` };

  test("it carries both files to the byte, in one line", () => {
    const token = encodeJoinToken(texts);
    assert.match(token, /^lbc1:[\w-]+:[0-9a-f]{8}$/);
    assert.deepEqual(parseJoinToken(`${token}\n`), texts);
  });

  test("one that was cut off or changed is refused, and never repeated", () => {
    const token = encodeJoinToken(texts);
    for (const bad of ["", "lbc1:", token.slice(0, -1), token.slice(0, 40), `x${token}`]) {
      const found = parseJoinToken(bad);
      assert.ok("code" in found);
      assert.equal(found.code, "bad-token");
    }
    const sum = createHash("sha256").update("AAAA").digest("hex").slice(0, 8);
    assert.ok("code" in parseJoinToken(`lbc1:AAAA:${sum}`));
  });
});
