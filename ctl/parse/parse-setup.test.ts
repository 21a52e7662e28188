import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { CtlError } from "../ctl-error.ts";
import { makeClusterConfig, parseSetup } from "./parse-setup.ts";

const NODES = [
  { name: "ip1", addresses: ["192.168.33.18"] },
  { name: "ip2", addresses: ["192.168.33.19"] },
];
const SETUP = { clusterName: "webcluster", nodes: NODES };

suite("words of lbctl cluster setup", () => {
  test("names alone, and names with addresses", () => {
    assert.deepEqual(parseSetup("webcluster ip1 ip2".split(" ")), {
      clusterName: "webcluster",
      nodes: [
        { name: "ip1", addresses: [] },
        { name: "ip2", addresses: [] },
      ],
    });
    const { nodes } = parseSetup("c a addr=1.1.1.1 addr=1.1.2.1 b addr=1.1.1.2".split(" "));
    assert.deepEqual(nodes, [
      { name: "a", addresses: ["1.1.1.1", "1.1.2.1"] },
      { name: "b", addresses: ["1.1.1.2"] },
    ]);
  });

  test("the defaults are unicast, the lan profile and a bounded wait for the peer", () => {
    assert.deepEqual(makeClusterConfig(SETUP, { waitsForAll: false }), {
      clusterName: "webcluster",
      nodes: NODES.map((node, index) => ({ id: index + 1, ...node })),
      transport: "udpu",
      multicastGroup: null,
      port: 5405,
      profile: "lan",
      tokenTimeoutMs: 1000,
      quorum: { isTwoNode: true, votesExpected: 1, waitsForAll: false, aloneAfterMs: 5000 },
    });
  });

  const quorums = [
    [{ waitsForAll: false, quorumTimeout: "0" }, 0],
    [{ waitsForAll: false, profile: "fast" }, 2600],
    [{ waitsForAll: false, token: "3000" }, 11_000],
    [{ waitsForAll: true }, null],
  ] as const;
  for (const [options, aloneAfterMs] of quorums) {
    test(`${JSON.stringify(options)}: a lone node starts after ${aloneAfterMs} ms`, () => {
      assert.equal(makeClusterConfig(SETUP, options).quorum.aloneAfterMs, aloneAfterMs);
    });
  }

  test("multicast gets a group of its own for each cluster name", () => {
    const udp = (clusterName: string) =>
      makeClusterConfig({ ...SETUP, clusterName }, { waitsForAll: false, transport: "udp" });
    assert.match(udp("a").multicastGroup ?? "", /^239\.192\.\d+\.\d+$/);
    assert.notEqual(udp("a").multicastGroup, udp("b").multicastGroup);
  });

  const refusals = [
    ["no nodes", () => parseSetup(["c"]), /^usage/],
    ["three nodes", () => parseSetup("c a b d".split(" ")), /exactly two nodes, found 3: a b d/],
    ["an unknown node option", () => parseSetup("c a ring0=1 b".split(" ")), /'ring0=1'/],
    ["an address first", () => parseSetup("c addr=1.1.1.1 a b".split(" ")), /^usage/],
    [
      "a bad profile",
      () => makeClusterConfig(SETUP, { waitsForAll: false, profile: "turbo" }),
      /'turbo' is not a valid profile/,
    ],
    [
      "a short token",
      () => makeClusterConfig(SETUP, { waitsForAll: false, token: "5" }),
      /from 100 to 60000/,
    ],
    [
      "both ways to wait",
      () => makeClusterConfig(SETUP, { waitsForAll: true, quorumTimeout: "5" }),
      /exclude each other/,
    ],
    [
      "one address twice",
      () =>
        makeClusterConfig(
          { clusterName: "c", nodes: NODES.map(({ name }) => ({ name, addresses: ["10.0.0.1"] })) },
          { waitsForAll: false },
        ),
      /10\.0\.0\.1: is used twice/,
    ],
  ] as const;
  for (const [name, parse, message] of refusals) {
    test(`refused: ${name}`, () => {
      assert.throws(
        parse,
        (error: unknown) => error instanceof CtlError && message.test(error.message),
      );
    });
  }
});
