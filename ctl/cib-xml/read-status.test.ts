import assert from "node:assert/strict";
import { suite, test } from "mocha";
import type { NodeState, SchedulerInput } from "../../agent/core/model/index.ts";
import { cibDocument, pairs, propertySet } from "./example-documents.ts";
import { readCibDocument } from "./read-cib-document.ts";

function read(parts: Parameters<typeof cibDocument>[0], now = 2_000_000_000): SchedulerInput {
  const found = readCibDocument(cibDocument(parts), { now });
  assert.ok(found.kind === "cib");
  return found.input;
}

function presenceOf(
  state: string,
  options: Readonly<Record<string, string>>,
  transient: Readonly<Record<string, string>> = {},
): Omit<NodeState, "name" | "uncleanReason"> {
  const set = `<instance_attributes id="t">${pairs("t", transient)}</instance_attributes>`;
  const status =
    state === ""
      ? ""
      : `<node_state id="1" uname="p1" ${state}>
          <transient_attributes id="1">${set}</transient_attributes></node_state>`;
  const [node] = read({ options: propertySet(options), status }).nodes;
  assert.ok(node !== undefined);
  const { name: _name, uncleanReason: _reason, ...rest } = node;
  return rest;
}

const UP = 'in_ccm="true" crmd="online" join="member" expected="member"';
const TIMES = 'in_ccm="1700000000" crmd="1700000001" join="member" expected="member"';

suite("presence with fencing", () => {
  const rows: readonly (readonly [string, object, object?])[] = [
    [UP, { presence: "online", isMember: true }],
    [TIMES, { presence: "online", isMember: true }],
    ["", { presence: "unclean", wasNeverSeen: true, isMember: false }],
    ['in_ccm="false" crmd="offline" join="down" expected="down"', { presence: "offline" }],
    ['in_ccm="0" crmd="0" join="down" expected="down"', { presence: "offline" }],
    ['in_ccm="false" crmd="offline" join="down"', { presence: "offline" }],
    ['in_ccm="false" crmd="offline" join="member" expected="member"', { presence: "unclean" }],
    [
      'in_ccm="true" crmd="offline" join="member" expected="member"',
      { presence: "unclean", isMember: true },
    ],
    ['crmd="online" join="member" expected="member"', { presence: "unclean" }],
    [
      'in_ccm="true" crmd="online" join="banned" expected="member"',
      { presence: "unclean", isMember: true },
    ],
    [
      'in_ccm="true" crmd="online" join="pending" expected="member"',
      { presence: "online", isPending: true },
    ],
    [
      'in_ccm="true" crmd="offline" join="down" expected="down"',
      { presence: "online", isPending: true },
    ],
    [
      'in_ccm="false" crmd="online" join="pending" expected="down"',
      { presence: "offline", isPending: true },
    ],
    [UP, { presence: "unclean", isMember: true }, { terminate: "true" }],
    [UP, { presence: "online", isLeaving: true }, { shutdown: "1700000000" }],
    [UP, { presence: "online", isMember: true }, { shutdown: "0" }],
    [
      'in_ccm="false" crmd="offline" join="down" expected="member"',
      { presence: "offline", isLeaving: true },
      { shutdown: "1700000000" },
    ],
    [
      'in_ccm="false" crmd="offline" join="down" expected="member"',
      { presence: "offline" },
      { terminate: "1700000000" },
    ],
  ];
  for (const [state, wanted, transient] of rows) {
    test(`${state || "never seen"} ${JSON.stringify(transient ?? {})}`, () => {
      const found = presenceOf(state, {}, { ...transient });
      assert.deepEqual({ ...found, ...wanted }, found);
    });
  }

  test("a node never seen is down when starting nodes are not fenced", () => {
    assert.equal(presenceOf("", { "startup-fencing": "false" }).presence, "offline");
  });

  test("a node that takes too long to join has to be fenced", () => {
    const state = 'in_ccm="1999999000" crmd="0" join="down" expected="down"';
    assert.equal(presenceOf(state, { "node-pending-timeout": "2000s" }).presence, "online");
    assert.equal(presenceOf(state, { "node-pending-timeout": "1000s" }).presence, "unclean");
  });

  test("without quorum, and with that policy, whoever is online has to be fenced", () => {
    const status = `<node_state id="1" uname="p1" ${UP}/>`;
    const options = propertySet({ "no-quorum-policy": "suicide" });
    const rows: readonly (readonly [string, string])[] = [
      ['no-quorum-panic="1"', "unclean"],
      ["", "online"],
    ];
    for (const [panic, presence] of rows) {
      const document = cibDocument({ options, status, root: panic });
      const found = readCibDocument(document.replace('have-quorum="1"', 'have-quorum="0"'));
      assert.ok(found.kind === "cib");
      assert.equal(found.input.nodes[0]?.presence, presence);
    }
  });
});

suite("presence without fencing", () => {
  const rows: readonly (readonly [string, object])[] = [
    [UP, { presence: "online" }],
    ["", { presence: "offline", wasNeverSeen: true }],
    ['in_ccm="false" crmd="offline" join="member" expected="member"', { presence: "offline" }],
    ['in_ccm="true" crmd="online" join="pending" expected="member"', { presence: "offline" }],
    ['in_ccm="true" crmd="offline" join="down" expected="down"', { presence: "offline" }],
    [
      'in_ccm="true" crmd="offline" join="member" expected="member"',
      { presence: "unclean", isMember: false },
    ],
  ];
  for (const [state, wanted] of rows) {
    test(state || "never seen", () => {
      const found = presenceOf(state, { "stonith-enabled": "false" });
      assert.deepEqual({ ...found, ...wanted }, found);
    });
  }
});

suite("histories", () => {
  const entry =
    '<lrm_rsc_op id="d_last_failure_0" operation="monitor" interval="10000" call-id="7" ' +
    'rc-code="1" op-status="4" last-rc-change="1700000000" exec-time="25" exit-reason="gone" ' +
    'transition-key="3:1:8:uuid" op-digest="abc" op-restart-digest="def" ' +
    'op-force-restart=" x " op-secure-digest="ghi" op-secure-params=" y " ' +
    'crm_feature_set="3.1.0"/>';
  const older =
    '<lrm_rsc_op id="d_last_0" operation="migrate_to" interval="0" call-id="-1" ' +
    'transition-magic="-1:193;4:2:0:uuid" migrate_source="p1" migrate_target="p2"/>';
  const lrm = (entries: string): string =>
    `<lrm id="1"><lrm_resources><lrm_resource id="d:0" class="ocf" type="Dummy"
      shutdown-lock="1700000009">${entries}</lrm_resource></lrm_resources></lrm>`;

  test("every entry is a record, in document order", () => {
    const status = `<node_state id="1" uname="p1" ${UP}>${lrm(entry + older)}</node_state>`;
    const [history] = read({ status }).histories[0]?.resources ?? [];
    assert.equal(history?.resource, "d:0");
    assert.equal(history?.lockedSinceS, 1_700_000_009);
    assert.equal(history?.lastCall?.agent.provider, "heartbeat");
    const [first, second] = history?.records ?? [];
    assert.deepEqual(first, {
      operation: "monitor",
      intervalMs: 10_000,
      callId: 7,
      outcome: { kind: "exited", status: 1 },
      expectedStatus: 8,
      digest: "",
      changedAt: 1_700_000_000_000,
      changedAtWallMs: 1_700_000_000_000,
      ranForMs: 25,
      reason: "gone",
      isKeptFailure: true,
      pacemaker: {
        execStatus: 4,
        exitStatus: 1,
        digest: "abc",
        restartDigest: "def",
        forceRestart: " x ",
        secureDigest: "ghi",
        secureParameters: " y ",
        featureSet: "3.1.0",
        transitionKey: "3:1:8:uuid",
      },
    });
    assert.deepEqual(second?.outcome, { kind: "pending" });
    assert.equal(second?.expectedStatus, 0);
    assert.deepEqual(second?.migration, { source: "p1", target: "p2" });
  });

  const attributes = {
    "fail-count-d#monitor_10000": "2",
    "last-failure-d#monitor_10000": "1700000000",
    "fail-count-d#start_0": "INFINITY",
    "fail-count-old": "3",
    pingd: "100",
  };
  const status =
    `<node_state id="1" uname="p1" ${UP}><transient_attributes id="1">` +
    `<instance_attributes id="t">${pairs("t", attributes)}</instance_attributes>` +
    "</transient_attributes></node_state>";

  test("failures are counted per operation, other attributes stay", () => {
    const [history] = read({ status }).histories;
    assert.deepEqual(history?.attributes, { pingd: "100" });
    assert.deepEqual(history?.failcounts, [
      {
        resource: "d",
        operation: "monitor",
        intervalMs: 10_000,
        count: 2,
        lastFailureAt: 1_700_000_000_000,
        lastFailureAtWallMs: 1_700_000_000_000,
      },
      {
        resource: "d",
        operation: "start",
        intervalMs: 0,
        count: 1_000_000,
        lastFailureAt: 0,
        lastFailureAtWallMs: 0,
      },
    ]);
  });

  test("below feature set 3.0.13 the counts per resource are read too", () => {
    const document = cibDocument({ status }).replace('"3.16.1"', '"3.0.12"');
    const found = readCibDocument(document);
    assert.ok(found.kind === "cib");
    const counts = found.input.histories[0]?.failcounts ?? [];
    assert.deepEqual(
      counts.map(({ resource, operation, count }) => [resource, operation, count]),
      [
        ["d", "monitor", 2],
        ["d", "start", 1_000_000],
        ["old", "", 3],
      ],
    );
  });

  test("a node that is known by its id only has a state and no history", () => {
    const unnamed = `<node_state id="2" in_ccm="1" crmd="0">${lrm(entry)}</node_state>`;
    const input = read({ status: unnamed });
    assert.equal(input.nodes[1]?.isPending, true);
    assert.deepEqual(input.histories[0], {
      node: "p2",
      resources: [],
      failcounts: [],
      attributes: {},
    });
  });
});

suite("the time and the DC", () => {
  const nowOf = (root: string, options: Parameters<typeof readCibDocument>[1]): number => {
    const found = readCibDocument(cibDocument({ root }), options);
    assert.ok(found.kind === "cib");
    return found.input.now;
  };

  test("a given time counts before the document's, and that before the clock", () => {
    const dated = 'execution-date="1700000000"';
    assert.equal(nowOf(dated, { now: 1_800_000_000 }), 1_800_000_000_000);
    assert.equal(nowOf(dated, { now: "2026-182" }), Date.UTC(2026, 6, 1));
    assert.equal(nowOf(dated, { clockMs: 5 }), 1_700_000_000_000);
    assert.equal(nowOf("", { clockMs: 5 }), 5);
  });

  test("a document that does not say that it has quorum has none", () => {
    const document = cibDocument().replace('have-quorum="1"', "");
    const found = readCibDocument(document);
    assert.ok(found.kind === "cib");
    assert.equal(found.input.isQuorate, false);
    assert.equal(read({}).isQuorate, true);
  });

  test("the DC is found by the id of its node", () => {
    assert.equal(read({ root: 'dc-uuid="2"' }).dc, "p2");
    assert.equal(read({ root: 'dc-uuid="9"' }).dc, undefined);
  });
});

test("what is no CIB is refused", () => {
  for (const document of ["<other/>", "<cib/>"]) {
    const found = readCibDocument(document);
    assert.ok(found.kind === "refused");
    assert.equal(found.problems[0]?.code, "not-a-cib");
  }
});
