import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { suite, test } from "mocha";
import { renderProblem } from "../../agent/core/model/index.ts";
import { type ExampleParts, exampleInput } from "../../test/what-if/example.ts";
import { verifyInput } from "./verify-input.ts";

function dummies(...ids: readonly string[]): string {
  return ids
    .map(
      (id) => `<primitive id="${id}" class="ocf" provider="heartbeat" type="Dummy"><operations>
        <op id="${id}-m" name="monitor" interval="10s"/></operations></primitive>`,
    )
    .join("");
}

function colocation(id: string, words: string): string {
  const [resource, other, score] = words.split(" ");
  return `<rsc_colocation id="${id}" rsc="${resource}" with-rsc="${other}" score="${score}"/>`;
}

function location(id: string, words: string): string {
  const [resource, node, score] = words.split(" ");
  return `<rsc_location id="${id}" rsc="${resource}" node="${node}" score="${score}"/>`;
}

interface Row {
  readonly name: string;
  readonly parts: ExampleParts;
  /** Severity and code of each finding, and what its line must say. */
  readonly found: readonly (readonly [kind: string, says: string])[];
}

const ROWS: readonly Row[] = [
  { name: "nothing is wrong with the example", parts: {}, found: [] },
  {
    name: "together and apart, around a corner",
    parts: {
      resources: dummies("a", "b", "c"),
      constraints:
        colocation("ab", "a b INFINITY") +
        colocation("bc", "b c INFINITY") +
        colocation("no", "c a -INFINITY"),
    },
    found: [["error colocation-contradiction", "no: keeps c apart from a: cannot be"]],
  },
  {
    name: "what runs beside a promoted instance can run, though no agent has set a score yet",
    parts: {
      resources: `${dummies("a")}<clone id="c"><meta_attributes id="cm">
        <nvpair id="cm1" name="promotable" value="true"/></meta_attributes>${dummies("d")}</clone>`,
      constraints: `<rsc_colocation id="one" rsc="a" with-rsc="c" with-rsc-role="Promoted"
        score="INFINITY"/>`,
    },
    found: [],
  },
  {
    name: "members of one group that are to be apart",
    parts: { constraints: colocation("no", "server address -INFINITY") },
    found: [
      ["error colocation-contradiction", "server and address have to be together (group web)"],
      ["warning runs-nowhere", 'resource "server": can run nowhere'],
    ],
  },
  {
    name: "two that are apart may each be beside an instance of one clone",
    parts: {
      resources: `${dummies("a", "b")}<clone id="c">${dummies("d")}</clone>`,
      constraints:
        colocation("one", "a c INFINITY") +
        colocation("two", "b c INFINITY") +
        colocation("no", "a b -INFINITY"),
    },
    found: [],
  },
  {
    name: "fencing without a device",
    parts: { properties: { "stonith-enabled": "true" } },
    found: [["error no-fence-device", 'property "stonith-enabled": true: needs a fence device']],
  },
  {
    name: "on-fail=fence without fencing",
    parts: {
      resources: `<primitive id="a" class="ocf" provider="heartbeat" type="Dummy"><operations>
        <op id="a-m" name="monitor" interval="10s" on-fail="fence"/></operations></primitive>`,
    },
    found: [["error fence-without-fencing", 'resource "a" operation monitor']],
  },
  {
    name: "one address twice, without a monitor",
    parts: {
      resources: ["a", "b"]
        .map(
          (id) => `<primitive id="${id}" class="ocf" provider="heartbeat" type="IPaddr2">
            <instance_attributes id="${id}-i"><nvpair id="${id}-ip" name="ip" value="192.0.2.9"/>
            </instance_attributes></primitive>`,
        )
        .join(""),
    },
    found: [
      ["error same-address", 'resource "b": ip 192.0.2.9: is the address of resource "a" already'],
      ["warning no-monitor", 'resource "a": has no recurring monitor'],
      ["warning no-monitor", 'resource "b": has no recurring monitor'],
    ],
  },
  {
    name: "banned from both nodes",
    parts: {
      constraints: location("b1", "web ip1 -INFINITY") + location("b2", "web ip2 -INFINITY"),
    },
    found: [
      ["warning runs-nowhere", 'resource "address": can run nowhere'],
      ["warning runs-nowhere", 'resource "server": can run nowhere'],
    ],
  },
  {
    name: "a node in standby is no matter of the configuration",
    parts: { ip1: { standby: "on" }, ip2: { standby: "on" } },
    found: [],
  },
  {
    name: "what a move has left, and the cluster in maintenance",
    parts: {
      properties: { "maintenance-mode": "true" },
      constraints: location("cli-prefer-web", "web ip2 INFINITY"),
    },
    found: [
      ["warning switched-on", 'property "maintenance-mode": true'],
      ["warning left-by-command", 'until "lbctl resource clear web"'],
    ],
  },
  {
    name: "orders that wait for each other, and a node that is none",
    parts: {
      resources: dummies("a", "b"),
      constraints:
        '<rsc_order id="o1" first="a" then="b"/><rsc_order id="o2" first="b" then="a"/>' +
        location("l", "a ip9 50"),
    },
    found: [
      ["error no-such-node", "ip9"],
      ["error order-loop", "o1"],
    ],
  },
];

suite("verify", () => {
  for (const { name, parts, found } of ROWS) {
    test(name, () => {
      const findings = verifyInput(exampleInput(parts));
      const lines = findings.map((each) => `${each.severity} ${each.code}: ${renderProblem(each)}`);
      const shown = lines.join("\n");
      assert.equal(lines.length, found.length, shown);
      for (const [kind, says] of found) {
        assert.ok(
          lines.some((line) => line.startsWith(`${kind}: `) && line.includes(says)),
          shown,
        );
      }
    });
  }

  test("every finding stands in docs/operations.md", () => {
    const page = readFileSync("docs/operations.md", "utf8").split("## What verify finds")[1] ?? "";
    const listed = [...(page.split("\n## ")[0]?.matchAll(/^\| `([a-z-]+)` \|/gm) ?? [])];
    const named = listed.map((match) => match[1]);
    const own = ROWS.flatMap(({ found }) => found.map(([kind]) => kind.split(" ")[1] ?? ""));
    const refused = ["no-such-node", "order-loop"];
    for (const code of own.filter((each) => !refused.includes(each))) {
      assert.ok(named.includes(code), `${code} is not listed`);
    }
  });
});
