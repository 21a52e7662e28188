import assert from "node:assert/strict";
import { suite, test } from "mocha";
import type { SchedulerInput } from "../../agent/core/model/index.ts";
import { scheduleTransition } from "../../agent/core/scheduler/index.ts";
import {
  CLONE_ALONE,
  EVERYTHING,
  EXAMPLE_NOW_MS,
  type ExampleParts,
  exampleInput,
  nodeStatus,
} from "../../test/what-if/example.ts";
import { renderExplanation } from "../render/render-explanation.ts";
import { explainCluster } from "./explain-cluster.ts";
import { explainFacts, explainResource } from "./explain-resource.ts";

function explain(resource: string, parts: ExampleParts = {}): string {
  const input = exampleInput(parts);
  const found = explainFacts(input, resource) ?? assert.fail(`${resource} is not known`);
  const cluster = explainCluster(input, null);
  return renderExplanation({ explanation: found.explanation, cluster, recheckAt: null });
}

const FAILED = nodeStatus(
  "ip1",
  { ...EVERYTHING, address: ["stop 0"], server: ["start 0", "monitor 10s 7", "stop 0"] },
  { "fail-count-server#monitor_10000": "1", "last-failure-server#monitor_10000": "1767600000" },
);

function meta(id: string, name: string, value: string): string {
  return `<meta_attributes id="${id}"><nvpair id="${id}-1" name="${name}" value="${value}"/>
    </meta_attributes>`;
}

const HALTED = ["ip1", "ip2"]
  .map((node) => nodeStatus(node, { address: ["monitor 7"], server: ["monitor 7"] }))
  .join("");

/** `b` must run beside `a`, which needs 10 of the memory of a node: ip1 has 1000, ip2 has 500. */
function limitedInput(needed: string): SchedulerInput {
  const limited = (id: string, memory: string): string =>
    `<primitive id="${id}" class="ocf" provider="heartbeat" type="Dummy"><utilization id="${id}-u">
      <nvpair id="${id}-um" name="memory" value="${memory}"/></utilization></primitive>`;
  const input = exampleInput({
    properties: { "placement-strategy": "utilization" },
    resources: limited("a", "10") + limited("b", needed),
    constraints: '<rsc_colocation id="ab" rsc="b" with-rsc="a" score="INFINITY"/>',
    status: nodeStatus("ip1", {}) + nodeStatus("ip2", {}),
  });
  const nodes = input.cib.nodes.map((node) => ({
    ...node,
    utilization: { memory: node.name === "ip1" ? "1000" : "500" },
  }));
  return { ...input, cib: { ...input.cib, nodes } };
}

interface Row {
  readonly name: string;
  readonly resource: string;
  readonly parts: ExampleParts;
  readonly says: readonly string[];
}

const ROWS: readonly Row[] = [
  {
    name: "a member of a group that is where the group is",
    resource: "server",
    parts: {},
    says: [
      "server runs on ip1 and stays there",
      "Why not ip2: it cannot run on ip2: it belongs to the same group as address",
      "lbctl resource move web ip2   moves the group there",
    ],
  },
  {
    name: "a node in standby, and who took it out of service",
    resource: "address",
    parts: { ip2: { standby: "on" } },
    says: [
      "Why not ip2: it cannot run on ip2: ip2 is in standby.",
      "lbctl node unstandby ip2   lets ip2 run resources again",
    ],
  },
  {
    name: "a person's ban is told as such, with the command that takes it back",
    resource: "address",
    parts: {
      constraints: '<rsc_location id="cli-ban-web-on-ip2" rsc="web" node="ip2" score="-INFINITY"/>',
    },
    says: [
      "a person banned it from ip2 (constraint cli-ban-web-on-ip2)",
      "lbctl resource clear web   takes back what resource move or ban has left",
    ],
  },
  {
    name: "a constraint is named, with what it asks for",
    resource: "address",
    parts: { constraints: '<rsc_location id="home" rsc="web" node="ip1" score="50"/>' },
    says: [
      "Why ip1: it is on ip1, since constraint home prefers ip1 (with 50)",
      "Why not ip2: it could run on ip2, but ip1 comes first",
      "lbctl resource move web ip2   moves the group there",
    ],
  },
  {
    name: "a rule is told in words",
    resource: "address",
    parts: {
      ip2: { floor: "cellar" },
      constraints: `<rsc_location id="dry" rsc="web"><rule id="dry-r" score="-INFINITY">
        <expression id="dry-e" attribute="floor" operation="eq" value="cellar"/>
        </rule></rsc_location>`,
    },
    says: [
      'constraint dry, by its rule "floor eq cellar" forbids ip2',
      "lbctl constraint delete dry",
    ],
  },
  {
    name: "a failure that reached the threshold, also for what runs beside it",
    resource: "address",
    parts: { status: FAILED + nodeStatus("ip2", EVERYTHING) },
    says: [
      "it cannot run on ip1: for server, which runs beside it, it had 1 failure on ip1",
      "lbctl resource cleanup server node=ip1",
    ],
  },
  {
    name: "a disabled resource, and where that is set",
    resource: "gateway",
    parts: {
      resources: `<clone id="gateway-clone">
        ${meta("gm", "target-role", "Stopped")}
        <primitive id="gateway" class="ocf" provider="pacemaker" type="ping"/></clone>`,
      status: nodeStatus("ip1", {}) + nodeStatus("ip2", {}),
    },
    says: [
      "it is disabled (meta attribute target-role=Stopped)",
      "lbctl resource enable gateway-clone",
    ],
  },
  {
    name: "a resource that is not managed is left alone",
    resource: "address",
    parts: {
      resources: `<primitive id="address" class="ocf" provider="heartbeat" type="IPaddr2">
        ${meta("am", "is-managed", "false")}</primitive>`,
      status:
        nodeStatus("ip1", { address: ["start 0"] }) + nodeStatus("ip2", { address: ["monitor 7"] }),
    },
    says: [
      "address runs on ip1 and stays there: it is not managed",
      "lbctl resource manage address",
      "it could run on ip2, but it is left alone",
    ],
  },
  {
    name: "maintenance of the whole cluster",
    resource: "server",
    parts: { properties: { "maintenance-mode": "true" } },
    says: [
      "the cluster is in maintenance mode",
      "lbctl property set maintenance-mode=false   ends the maintenance",
    ],
  },
  {
    name: "a group as the sum of its members",
    resource: "web",
    parts: {},
    says: [
      "group web runs on ip1.",
      "address runs on ip1 and stays there",
      "server runs on ip1 and stays",
    ],
  },
  {
    name: "a clone as the sum of its instances",
    resource: "gateway-clone",
    parts: {},
    says: [
      "clone gateway-clone runs on ip1 and ip2.",
      "gateway has 2 instances, of which 2 run: on ip1 and ip2.",
      "has that node",
    ],
  },
  {
    name: "an order that a stopped resource waits for",
    resource: "late",
    parts: {
      resources: `<primitive id="early" class="ocf" provider="heartbeat" type="Dummy">
        ${meta("em", "target-role", "Stopped")}</primitive>
        <primitive id="late" class="ocf" provider="heartbeat" type="Dummy"/>`,
      constraints: '<rsc_order id="first-early" first="early" then="late"/>',
      status: nodeStatus("ip1", {}) + nodeStatus("ip2", {}),
    },
    says: ["it starts after early (constraint first-early), of which early is stopped"],
  },
];

/** Node ip1 was stopped in order, and what it had is kept for it. */
function explainAfterGoodbye(resource: string): string {
  const before = exampleInput({ properties: { "shutdown-lock": "true" } });
  const lockedSinceS = EXAMPLE_NOW_MS / 1000 - 60;
  const input: SchedulerInput = {
    ...before,
    nodes: before.nodes.map((node) =>
      node.name === "ip1" ? { name: "ip1", presence: "offline" } : node,
    ),
    histories: before.histories.map((history) => {
      const kept = history.resources.map((each) => ({ ...each, records: [], lockedSinceS }));
      return history.node === "ip1" ? { ...history, resources: kept } : history;
    }),
  };
  const { explanation } = explainFacts(input, resource) ?? assert.fail(resource);
  return renderExplanation({ explanation, cluster: explainCluster(input, null), recheckAt: null });
}

suite("explain", () => {
  for (const { name, resource, parts, says } of ROWS) {
    test(name, () => {
      const text = explain(resource, parts);
      for (const words of says) assert.ok(text.includes(words), `"${words}" in:\n${text}`);
    });
  }

  test("never a bare score: numbers come with the constraint that gives them", () => {
    const parts = { constraints: '<rsc_location id="home" rsc="web" node="ip2" score="-5"/>' };
    assert.doesNotMatch(explain("address", parts), /\bscore\b(?! there is below zero)/);
  });

  test("a resource that is kept for a node that was stopped, and how to end that", () => {
    const text = explainAfterGoodbye("address");
    for (const words of [
      "it cannot run on ip2: it is kept for ip1, which was stopped in order 60 s ago " +
        "(shutdown-lock)",
      "lbctl cluster start (on ip1)",
      "lbctl resource refresh address node=ip1   gives up the lock of this resource",
      "lbctl property set shutdown-lock=false   keeps no resource for a node that was stopped",
    ]) {
      assert.ok(text.includes(words), `"${words}" in:\n${text}`);
    }
    assert.doesNotMatch(text, /cleanup/);
  });

  test("what nobody knows is not explained", () => {
    assert.equal(explainFacts(exampleInput(), "nothing"), null);
  });

  test("what has a history and no configuration is an orphan", () => {
    const status = nodeStatus("ip1", { ...EVERYTHING, gone: ["start 0"] });
    const found = explainFacts(
      exampleInput({ status: status + nodeStatus("ip2", CLONE_ALONE) }),
      "gone",
    );
    assert.equal(found?.explanation.kind, "orphan");
    assert.match(found?.explanation.summary ?? "", /^gone runs on ip1/);
  });
});

test("a decision without a reason is not its own reason", () => {
  const input = exampleInput();
  const transition = scheduleTransition(input);
  const rows = [
    ["restarts on ip1", false, "server runs on ip1 and is about to restart there"],
    [
      "cannot be stopped on ip1",
      true,
      "server runs on ip1, and what is due cannot be done: cannot be stopped on ip1",
    ],
  ] as const;
  for (const [reason, isBlocked, says] of rows) {
    const decision = { resource: "server", from: "ip1", to: "ip1", what: "restart" } as const;
    const decisions = [{ ...decision, reason, isBlocked }];
    const facts = { input, transition: { ...transition, decisions } };
    assert.equal(explainResource(facts, "server")?.summary, says);
  }
});

suite("explain: time, fencing and capacity", () => {
  const rule = (attributes: string): ExampleParts => ({
    constraints: `<rsc_location id="hours" rsc="web"><rule id="hours-r" score="-INFINITY">
      <date_expression id="hours-d" operation="date_spec"><date_spec id="hours-s" ${attributes}/>
      </date_expression></rule></rsc_location>`,
  });

  test("a rule that never changes anything gives no time", () => {
    const found = explainFacts(exampleInput(rule('hours="0-23"')), "address");
    assert.equal(found?.recheckAtWallMs, null);
  });

  test("a rule on hours gives the time at which it begins or ends to hold", () => {
    const begin = explainFacts(exampleInput(rule('hours="12-13"')), "address");
    assert.equal(begin?.recheckAtWallMs, EXAMPLE_NOW_MS + 2 * 3_600_000);
    // A Monday: until Saturday the hours change nothing.
    const weekend = explainFacts(exampleInput(rule('hours="9-17" weekdays="6-7"')), "address");
    assert.equal(weekend?.recheckAtWallMs, Date.UTC(2026, 0, 10, 9));
  });

  test("a resource without fencing that has to be there is not said to be unmanaged", () => {
    const parts = { properties: { "stonith-enabled": "true" }, status: HALTED };
    const found = explainFacts(exampleInput(parts), "address") ?? assert.fail("not known");
    assert.deepEqual(found.explanation.heldBy, [
      "fencing is on (stonith-enabled) and there is no fence device",
    ]);
  });

  test("a reason names its node, also where an id has the name in it", () => {
    const constraints =
      '<rsc_location id="cli-ban-web-on-ip2" rsc="web" node="ip2" score="-INFINITY"/>';
    const found = explainFacts(exampleInput({ constraints }), "address");
    assert.match(found?.explanation.summary ?? "", /: not on ip2, since location constraint cli-/);
  });

  test("a disabled resource leaves a node for the reason that is said", () => {
    const input = exampleInput();
    const resources = input.cib.resources.map((each) =>
      each.id === "web" ? { ...each, meta: { "target-role": "Stopped" } } : each,
    );
    const found = explainFacts({ ...input, cib: { ...input.cib, resources } }, "address");
    const sentences = found?.explanation.places.map(({ sentence }) => sentence);
    assert.deepEqual(sentences, [
      "it is to leave ip1; the reason stands above",
      "nothing speaks against ip2 itself; the reason stands above",
    ]);
  });

  test("too little capacity, for the resource and for what must run beside it", () => {
    const found = explainFacts(limitedInput("495"), "a") ?? assert.fail("not known");
    const place = found.explanation.places.find(({ node }) => node === "ip2");
    assert.equal(
      place?.sentence,
      "it cannot run on ip2: ip2 has not enough capacity for a with what must run beside it (b): " +
        "memory: 505 needed, 500 left",
    );
    const alone = explainFacts(limitedInput("2000"), "b")?.explanation.places[0];
    assert.match(
      alone?.sentence ?? "",
      /ip1 has not enough capacity for b: memory: 2000 needed, 9/,
    );
  });
});
