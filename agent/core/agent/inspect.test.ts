import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { EXAMPLE_CONFIG } from "../../../test/agent/example-start.ts";
import { recordResult } from "../history/index.ts";
import { openChannel } from "../messaging/index.ts";
import {
  type AgentEffect,
  type ApiReply,
  type Cib,
  emptyCib,
  emptyHistory,
  type Inspection,
  type ReadinessFinding,
} from "../model/index.ts";
import { describeStatus } from "./describe-status.ts";
import {
  acceptFiles,
  acceptPeerInspection,
  inspectedResources,
  warnOfUnusedEntries,
} from "./inspect.ts";
import { acceptRequest, serve } from "./requests.ts";
import { type AgentState, type AgentStep, initialAgent } from "./state.ts";
import { stepAgent } from "./step-agent.ts";

const CIB: Cib = {
  ...emptyCib(["ip1", "ip2"]),
  properties: { "stonith-enabled": "false" },
  resources: [
    {
      kind: "primitive",
      id: "web",
      agent: { standard: "ocf", provider: "heartbeat", type: "Dummy" },
      parameters: {},
      meta: {},
      operations: [],
    },
  ],
};

const NOW = 5_000_000;
const WALL_MS = 1_800_000_000_000;
const BLOCKER: ReadinessFinding = {
  severity: "blocks",
  problem: "httpd.conf: Syntax error on line 3",
  remedy: "httpd -t",
};

/** A node whose peer is a member of the ring, with which it has met. */
function member(): AgentState {
  const start = {
    config: EXAMPLE_CONFIG,
    localNode: "ip1",
    release: "0.1.0",
    configHash: "h",
    cib: CIB,
    setAside: [],
    diskProblem: null,
  };
  const state = initialAgent(start, NOW, WALL_MS);
  const ring = { representative: 1, seq: 4 };
  const hello = {
    kind: "hello",
    stamp: { version: CIB.version, lineage: CIB.lineage, lastChange: CIB.lastChange, digest: "" },
    memberForMs: 1000,
    wasDc: false,
    active: [],
    history: { node: "ip2", resources: [], failcounts: [], attributes: {} },
    release: "0.1.0",
  } as const;
  return {
    ...state,
    survey: "done",
    wasQuorate: true,
    dc: "ip2",
    ring: { ring, hasPeer: true, reason: "joined", peerIncarnation: "b" },
    channel: openChannel({ ring, ownIncarnation: "a", peerIncarnation: "b" }),
    meeting: { ...state.meeting, sentHello: hello, peerHello: hello },
  };
}

function inspection(findings: readonly ReadinessFinding[], digest = "1"): Inspection {
  const facts = [{ kind: "file", name: "/etc/web.conf", value: digest }] as const;
  return { resources: [{ resource: "web", findings, facts }] };
}

function inspected(state: AgentState, found: Inspection, wallMs = WALL_MS): AgentStep {
  return stepAgent(state, { kind: "inspected", inspection: found, wallMs, askId: 0 }, NOW);
}

/** What the packets of these effects say of inspections. */
function told(effects: readonly AgentEffect[]): readonly string[] {
  return effects.flatMap((effect) => {
    if (effect.kind !== "sendPacket") return [];
    const text = new TextDecoder().decode(effect.packet.bytes);
    if (!text.startsWith('{"kind":"inspection"')) return [];
    return [text.includes('"inspection":null') ? "looked" : "all"];
  });
}

function logged(effects: readonly AgentEffect[]): readonly string[] {
  return effects.flatMap((effect) =>
    effect.kind === "log" ? [`${effect.event} ${JSON.stringify(effect.fields)}`] : [],
  );
}

function readinessOf(state: AgentState, node: string) {
  const found = describeStatus(state, NOW).readiness.find((one) => one.node === node);
  return found ?? assert.fail(`no readiness of ${node}`);
}

suite("what the nodes find out about themselves", () => {
  test("the peer gets all of it once, then only that this node has looked", () => {
    const first = inspected(member(), inspection([]));
    const second = inspected(first.state, inspection([]));
    const third = inspected(second.state, inspection([BLOCKER]));
    assert.deepEqual(
      [first, second, third].map(({ effects }) => told(effects)),
      [["all"], ["looked"], ["all"]],
    );
  });

  test("alone it tells nobody, and a peer that comes gets all of it", () => {
    const alone = { ...member(), channel: null };
    const noRing = { ...alone, ring: { ...(alone.ring ?? assert.fail()), hasPeer: false } };
    const first = inspected(noRing, inspection([]));
    assert.deepEqual(told(first.effects), []);
    const { ring, channel, meeting } = member();
    const joined = { ...first.state, ring, channel, meeting };
    const next = stepAgent(joined, { kind: "timePassed", wallMs: WALL_MS }, NOW);
    assert.deepEqual(told(next.effects), ["all"]);
  });

  test("what would block a start is logged when it comes and when it goes", () => {
    const bad = inspected(member(), inspection([BLOCKER]));
    const same = inspected(bad.state, inspection([BLOCKER]));
    const good = inspected(same.state, inspection([]));
    assert.deepEqual(logged(bad.effects), [
      'readinessChanged {"isReady":false,"problem":"web: httpd.conf: Syntax error on line 3",' +
        '"count":1}',
    ]);
    assert.deepEqual(logged(same.effects), []);
    assert.deepEqual(logged(good.effects), ['readinessChanged {"isReady":true}']);
  });

  test("nothing is looked at while an operation is under way", () => {
    const state = member();
    assert.deepEqual(
      inspectedResources(state)?.map(({ resource }) => resource),
      ["web"],
    );
    const [order] = inspectedResources(state) ?? [];
    const open = {
      orderId: 1,
      order: order ?? assert.fail(),
      callId: 1,
      purpose: { kind: "survey" },
      hasReported: false,
    } as const;
    assert.equal(inspectedResources({ ...state, orders: new Map([[1, open]]) }), null);
  });
});

suite("readiness in the status", () => {
  test("a node that was not looked at is unknown, one that was is ready", () => {
    assert.equal(readinessOf(member(), "ip1").state, "unknown");
    assert.equal(readinessOf(member(), "ip1").reason, "not checked yet");
    const { state } = inspected(member(), inspection([]));
    assert.equal(readinessOf(state, "ip1").state, "ready");
    assert.equal(readinessOf(state, "ip1").checkedAtWallMs, WALL_MS);
    assert.equal(readinessOf(state, "ip2").state, "unknown");
  });

  test("what blocks makes a node not ready, and says what and how to mend it", () => {
    const { state } = acceptPeerInspection(member(), inspection([BLOCKER]), NOW);
    const found = readinessOf(state, "ip2");
    assert.equal(found.state, "notReady");
    assert.deepEqual(found.findings, [{ ...BLOCKER, resource: "web" }]);
  });

  test("warnings leave it ready", () => {
    const finding = { ...BLOCKER, severity: "warns" } as const;
    const { state } = acceptPeerInspection(member(), inspection([finding]), NOW);
    assert.equal(readinessOf(state, "ip2").state, "ready");
  });

  test("what was said long ago counts no more", () => {
    const { state } = inspected(member(), inspection([]), WALL_MS - 121_000);
    const found = readinessOf(state, "ip1");
    assert.deepEqual([found.state, found.reason], ["unknown", "last checked 121 s ago"]);
  });

  test("a failure that forbids the node makes it not ready, whatever is on its disk", () => {
    const { state } = acceptPeerInspection(member(), inspection([]), NOW);
    const record = {
      operation: "start",
      intervalMs: 0,
      callId: 1,
      outcome: { kind: "exited", status: 5 },
      expectedStatus: 0,
      digest: "d",
      changedAt: NOW,
      changedAtWallMs: WALL_MS,
      ranForMs: 10,
      reason: "no httpd",
    } as const;
    const options = { isStartFailureFatal: true, onFail: "restart" } as const;
    const stop = { ...record, operation: "stop", callId: 2, reason: "" } as const;
    const stopped = { ...stop, outcome: { kind: "exited", status: 0 } } as const;
    const failed = recordResult(emptyHistory("ip2"), "web", record, options);
    const peerHistory = recordResult(failed, "web", stopped, options);
    const found = readinessOf({ ...state, peerHistory }, "ip2");
    assert.equal(found.state, "notReady");
    const [finding] = found.findings;
    assert.match(finding?.problem ?? "", /^may not run there: .*ip2/);
    assert.equal(finding?.remedy, "lbctl resource cleanup web node=ip2");
  });

  test("a node in standby is not ready, whatever it found", () => {
    const { state } = inspected(member(), inspection([]));
    const attributes = { standby: "on" };
    const standby = { ...state, localHistory: { ...state.localHistory, attributes } };
    const found = readinessOf(standby, "ip1");
    assert.deepEqual([found.state, found.reason], ["notReady", "the node is in standby"]);
  });

  test("without resources there is nothing to be ready for", () => {
    const state = { ...member(), cib: emptyCib(["ip1", "ip2"]) };
    assert.deepEqual(describeStatus(state, NOW).readiness, []);
  });
});

suite("drift in the status", () => {
  const differing = (): AgentStep => {
    const { state } = inspected(member(), inspection([], "1"));
    return acceptPeerInspection(state, inspection([], "2"), NOW + 5000);
  };

  test("not compared before both nodes were looked at", () => {
    const { state } = inspected(member(), inspection([]));
    assert.equal(describeStatus(state, NOW).drift.comparedAtWallMs, 0);
  });

  test("a difference is listed with both sides and since when, and is logged once", () => {
    const step = differing();
    const { drift } = describeStatus(step.state, NOW);
    assert.deepEqual(drift.differences, [
      {
        kind: "file",
        name: "/etc/web.conf",
        resources: ["web"],
        sides: [
          { node: "ip1", value: "1" },
          { node: "ip2", value: "2" },
        ],
        sinceWallMs: WALL_MS + 5000,
      },
    ]);
    assert.deepEqual(logged(step.effects), [
      'driftChanged {"count":1,"names":"file /etc/web.conf"}',
    ]);
    const again = acceptPeerInspection(step.state, null, NOW + 35_000);
    assert.deepEqual(logged(again.effects), []);
    const [kept] = describeStatus(again.state, NOW).drift.differences;
    assert.equal(kept?.sinceWallMs, WALL_MS + 5000);
  });

  test("it is logged as well when it is gone", () => {
    const step = acceptPeerInspection(differing().state, inspection([], "1"), NOW);
    assert.deepEqual(logged(step.effects), ['driftChanged {"count":0,"names":""}']);
  });

  test("what a person declared to differ is left alone", () => {
    const { state } = differing();
    const properties = { ...CIB.properties, "drift-ignore": "/etc/*.conf" };
    const { drift } = describeStatus({ ...state, cib: { ...CIB, properties } }, NOW);
    assert.deepEqual([drift.differenceCount, drift.comparedAtWallMs > 0], [0, true]);
    const entry = "/etc/*.conf";
    assert.deepEqual(drift.ignored, [{ kind: "file", name: "/etc/web.conf", entry }]);
    assert.equal(drift.ignoredCount, 1);
  });

  test("an entry that fits nothing is warned of when it is set, and not again", () => {
    const { state } = differing();
    const cib = (text: string) => {
      return { ...CIB, properties: { ...CIB.properties, "drift-ignore": text } };
    };
    assert.deepEqual(warnOfUnusedEntries(state, cib("/etc/web.conf /etc/wob.conf")), [
      'Warning: drift-ignore: "/etc/wob.conf" fits nothing that is compared now',
    ]);
    assert.deepEqual(warnOfUnusedEntries({ ...state, cib: cib("/x") }, cib("/x")), []);
    assert.deepEqual(warnOfUnusedEntries(member(), cib("/x")), []);
  });
});

suite("texts of files", () => {
  const ask = (state: AgentState, node: string, name: string): AgentStep => {
    const request = { kind: "readFiles", node, names: [name] } as const;
    return acceptRequest(state, { requestId: 7, request }, NOW);
  };
  const repliesOf = ({ effects }: AgentStep): readonly ApiReply[] =>
    effects.flatMap((effect) => (effect.kind === "reply" ? [effect.reply] : []));

  test("a file that a resource reads is read and answered", () => {
    const { state } = inspected(member(), inspection([]));
    const asked = ask(state, "ip1", "/etc/web.conf");
    const [effect] = asked.effects;
    assert.ok(effect?.kind === "readFiles");
    const files = [{ name: "/etc/web.conf", text: "Listen 80\n", problem: "" }];
    const answered = acceptFiles(asked.state, { askId: effect.askId, files }, NOW);
    assert.deepEqual(repliesOf(answered), [{ kind: "files", files }]);
    assert.equal(answered.state.inspections.questions.size, 0);
  });

  test("of several files those that it reads are read", () => {
    const { state } = inspected(member(), inspection([]));
    const names = ["/etc/shadow", "/etc/web.conf"];
    const request = { kind: "readFiles", node: "ip1", names } as const;
    const [effect] = acceptRequest(state, { requestId: 7, request }, NOW).effects;
    assert.deepEqual(effect?.kind === "readFiles" && effect.names, ["/etc/web.conf"]);
  });

  test("any other file is refused", () => {
    const { state } = inspected(member(), inspection([]));
    const step = ask(state, "ip1", "/etc/shadow");
    const text =
      'files "/etc/shadow": none of them is among those ' +
      "that the resources of this node say they read";
    assert.deepEqual(repliesOf(step), [{ kind: "failed", text }]);
  });

  test("those of the peer are asked of the peer, even when this node is the DC", () => {
    const { state } = inspected({ ...member(), dc: "ip1" }, inspection([]));
    const step = ask(state, "ip2", "/etc/web.conf");
    const [sent] = step.effects.filter((effect) => effect.kind === "sendPacket");
    assert.match(new TextDecoder().decode(sent?.packet.bytes), /"forward".*"readFiles"/);
    assert.equal(step.state.forwarded.length, 1);
  });

  test("a question of a former ring is not answered in the next one", () => {
    const { state } = inspected(member(), inspection([]));
    const request = { kind: "readFiles", node: "ip1", names: ["/etc/web.conf"] } as const;
    const asked = serve(state, { asker: { from: "peer", requestId: 7 }, request }, NOW);
    const [effect] = asked.effects;
    assert.ok(effect?.kind === "readFiles");
    // The peer was restarted meanwhile, and may have given the number to another request.
    const report = {
      kind: "ringChanged",
      ring: { representative: 1, seq: 8 },
      members: ["ip1", "ip2"],
      reason: "joined",
      hasPeerReleased: false,
      peerIncarnation: "c",
    } as const;
    const incarnation = "a";
    const born = { ...asked.state, heartbeat: { ...asked.state.heartbeat, incarnation } };
    const next = stepAgent(born, { kind: "heartbeat", report }, NOW).state;
    assert.notEqual(next.channel, null);
    const files = [{ name: "/etc/web.conf", text: "Listen 80\n", problem: "" }];
    const ended = acceptFiles(next, { askId: effect.askId, files }, NOW);
    assert.deepEqual(ended.effects, []);
  });

  test("a peer that is away cannot be asked", () => {
    const alone = { ...member(), channel: null };
    const noRing = { ...alone, ring: { ...(alone.ring ?? assert.fail()), hasPeer: false } };
    assert.deepEqual(repliesOf(ask(noRing, "ip2", "/etc/web.conf")), [
      { kind: "failed", text: "files of ip2: the node is not here to be asked" },
    ]);
  });
});
