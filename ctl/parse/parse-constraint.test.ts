import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { CtlError } from "../ctl-error.ts";
import { parseColocation, parseLocation, parseOrder } from "./parse-constraint.ts";
import { parseColocationSets, parseOrderSets } from "./parse-constraint-set.ts";
import { parseRule } from "./parse-rule.ts";

function words(line: string): readonly string[] {
  return line.split(" ");
}

const COLOCATION = {
  kind: "addColocation",
  id: null,
  resource: "webserver",
  withResource: "virtual_ip",
  score: "INFINITY",
} as const;

suite("words of lbctl constraint", () => {
  const colocations = [
    ["webserver virtual_ip INFINITY", COLOCATION],
    ["webserver with virtual_ip INFINITY", COLOCATION],
    ["webserver with virtual_ip", COLOCATION],
    ["Started webserver with Started virtual_ip", COLOCATION],
    ["webserver with virtual_ip -INFINITY", { ...COLOCATION, score: "-INFINITY" }],
    ["webserver with virtual_ip score=5 id=c1", { ...COLOCATION, score: "5", id: "c1" }],
    ["promoted webserver with virtual_ip", { ...COLOCATION, role: "Promoted" }],
    ["webserver with Slave virtual_ip 5", { ...COLOCATION, withRole: "Slave", score: "5" }],
    ["Promoted with Stopped", { ...COLOCATION, resource: "Promoted", withResource: "Stopped" }],
    [
      "webserver with virtual_ip influence=no node-attribute=site",
      { ...COLOCATION, influence: false, nodeAttribute: "site" },
    ],
  ] as const;
  for (const [line, expected] of colocations) {
    test(`colocation add ${line}`, () => {
      assert.deepEqual(parseColocation(words(line)), expected);
    });
  }

  const orders = [
    ["virtual_ip then webserver", {}],
    ["start virtual_ip then start webserver", {}],
    ["virtual_ip webserver", {}],
    ["stop virtual_ip then webserver", { firstAction: "stop", thenAction: "stop" }],
    ["virtual_ip then stop webserver", { thenAction: "stop" }],
    ["virtual_ip then webserver kind=Optional", { strength: "Optional" }],
    ["virtual_ip then webserver kind=Serialize", { strength: "Serialize", isSymmetrical: false }],
    ["virtual_ip then webserver symmetrical=false id=o1", { isSymmetrical: false, id: "o1" }],
    ["virtual_ip then webserver score=0", { strength: "Optional" }],
    ["promote virtual_ip then webserver", { firstAction: "promote", thenAction: "promote" }],
    ["promote virtual_ip then start webserver", { firstAction: "promote" }],
    ["virtual_ip then demote webserver", { thenAction: "demote" }],
    ["virtual_ip then webserver require-all=false", { needsAll: false }],
  ] as const;
  for (const [line, difference] of orders) {
    test(`order ${line}`, () => {
      assert.deepEqual(parseOrder(words(line)), {
        kind: "addOrder",
        id: null,
        first: "virtual_ip",
        firstAction: "start",
        // biome-ignore lint/suspicious/noThenProperty: the word of the constraint; never awaited.
        then: "webserver",
        thenAction: "start",
        strength: "Mandatory",
        isSymmetrical: true,
        ...difference,
      });
    });
  }

  const location = (node: string, score: string, id: string | null = null) => {
    return { kind: "addLocation", id, resource: "web", node, score };
  };
  const locations = [
    ["web prefers ip1", [location("ip1", "INFINITY")]],
    ["web prefers ip1=100 ip2=+5", [location("ip1", "100"), location("ip2", "+5")]],
    ["web avoids ip1", [location("ip1", "-INFINITY")]],
    ["web avoids ip1=5", [location("ip1", "-5")]],
    ["add l1 web ip1 -INFINITY", [location("ip1", "-INFINITY", "l1")]],
    ["resource%web prefers ip1", [location("ip1", "INFINITY")]],
    ["%web prefers ip1", [location("ip1", "INFINITY")]],
    ["regexp%we.* avoids ip1=5", [{ ...location("ip1", "-5"), resource: "we.*", isPattern: true }]],
    [
      "web prefers ip1=5 resource-discovery=never",
      [{ ...location("ip1", "5"), discovery: "never" }],
    ],
    [
      "add l1 regexp%w ip1 5 resource-discovery=exclusive",
      [
        {
          ...location("ip1", "5", "l1"),
          resource: "w",
          isPattern: true,
          discovery: "exclusive",
        },
      ],
    ],
    [
      "web rule constraint-id=l1 id=r1 role=Master score-attribute=s resource-discovery=never " +
        "defined x",
      [
        {
          kind: "addLocationRule",
          id: "l1",
          resource: "web",
          isPattern: false,
          rule: {
            rule: { ...parseRule(["defined", "x"]), id: "r1" },
            score: null,
            scoreAttribute: "s",
            role: "Master",
          },
          discovery: "never",
        },
      ],
    ],
  ] as const;
  for (const [line, expected] of locations) {
    test(`location ${line}`, () => assert.deepEqual(parseLocation(words(line)), expected));
  }

  test("sets are told apart, each with its options, and those of the constraint", () => {
    assert.deepEqual(
      parseColocationSets(
        words("a b sequential=false set c role=Promoted setoptions score=20 id=x influence=yes"),
      ),
      {
        kind: "addColocationSets",
        id: "x",
        score: "20",
        sets: [
          { resources: ["a", "b"], options: { sequential: "false" } },
          { resources: ["c"], options: { role: "Promoted" } },
        ],
        influence: true,
      },
    );
    assert.deepEqual(parseOrderSets(words("a b set c setoptions kind=Serialize")), {
      kind: "addOrderSets",
      id: null,
      strength: "Serialize",
      isSymmetrical: false,
      sets: [
        { resources: ["a", "b"], options: {} },
        { resources: ["c"], options: {} },
      ],
    });
  });

  const refusals = [
    ["colocation add webserver", () => parseColocation(["webserver"]), /^usage/],
    ["three of a side", () => parseColocation(words("Promoted a b with c")), /^usage/],
    ["a score of words", () => parseColocation(words("a with b c d")), /^usage/],
    ["an option of others", () => parseColocation(words("a with b x=1")), /invalid option 'x'/],
    ["order a", () => parseOrder(["a"]), /^usage/],
    ["order run a then b", () => parseOrder(words("run a then b")), /invalid action 'run'/],
    ["symmetrical=maybe", () => parseOrder(words("a then b symmetrical=maybe")), /'maybe'/],
    ["location web", () => parseLocation(["web"]), /^usage/],
    ["location web likes ip1", () => parseLocation(words("web likes ip1")), /^usage/],
    ["prefers a negative score", () => parseLocation(words("a prefers b=-5")), /'avoids b=5'/],
    ["avoids a negative score", () => parseLocation(words("a avoids b=-5")), /'prefers b=5'/],
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
