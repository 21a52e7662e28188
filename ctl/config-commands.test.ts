import assert from "node:assert/strict";
import { applyChanges } from "../agent/core/configuration/index.ts";
import {
  type Cib,
  emptyCib,
  type ResourceStatus,
  renderProblem,
} from "../agent/core/model/index.ts";
import type { AgentClient } from "./agent-client/connect.ts";
import { CtlError, EXIT } from "./ctl-error.ts";
import { readPaths } from "./paths.ts";
import { runProgram } from "./program.ts";
import { EXAMPLE_STATUS } from "./render/example-status.ts";

const NODES = ["ip1", "ip2"];
const [EXAMPLE_RESOURCE = assert.fail("no example")] = EXAMPLE_STATUS.resources;

/** `lbctl` with the real configuration behind it and no agent in between. */
class Lab {
  cib: Cib = emptyCib(NODES);
  resources: readonly ResourceStatus[] = EXAMPLE_STATUS.resources;

  async run(line: string): Promise<readonly [number, string, string]> {
    const printed = { out: "", err: "" };
    const unused = async () => assert.fail("not a matter of configuration");
    const agent: AgentClient = {
      getRelease: async () => "0",
      getStatus: async () => ({ ...EXAMPLE_STATUS, resources: this.resources }),
      getCib: async () => this.cib,
      apply: async (changes) => {
        const stamp = { by: "tester", atWallMs: 1 };
        const result = applyChanges(this.cib, changes, { stamp, nodes: NODES });
        if (result.kind === "refused") {
          throw new CtlError(EXIT.refused, ...result.problems.map(renderProblem));
        }
        this.cib = result.cib;
        const { notes } = result;
        return { cibVersion: "", notes, savedOn: NODES, decisions: [], input: null };
      },
      runCommand: unused,
      readFiles: unused,
      watchStatus: unused,
      inspectNow: async () => {},
      close: () => {},
    };
    const exitCode = await runProgram(splitWords(line), {
      paths: readPaths({}),
      terminal: {
        out: (text) => {
          printed.out += `${text}\n`;
        },
        err: (text) => {
          printed.err += `${text}\n`;
        },
      },
      withAgent: (use) => use(agent),
    });
    return [exitCode, printed.out, printed.err];
  }

  /** Runs commands that must all be carried out. */
  async do(...lines: readonly string[]): Promise<void> {
    for (const line of lines) {
      const [exitCode, , err] = await this.run(line);
      assert.equal(exitCode, 0, `${line}: ${err}`);
    }
  }

  async show(line: string): Promise<readonly string[]> {
    const [exitCode, out, err] = await this.run(line);
    assert.deepEqual([exitCode, err], [0, ""], line);
    return out.trimEnd().split("\n");
  }
}

/** Words as a shell makes them of a line with single quotes. */
function splitWords(line: string): readonly string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
}

const RESOURCES = [
  "resource create web ocf:heartbeat:Dummy clone interleave=true",
  "resource create db ocf:pacemaker:Stateful promotable notify=true meta priority=3",
  "resource create a ocf:heartbeat:Dummy --group g",
  "resource create b ocf:heartbeat:Dummy --group g",
  "resource clone g mycl clone-max=2",
  "resource create c ocf:heartbeat:Dummy",
  "resource create d ocf:heartbeat:Dummy",
];

suite("commands of clones, rules, sets, defaults, tags and levels", () => {
  test("clones are made, shown, and undone", async () => {
    const lab = new Lab();
    await lab.do(...RESOURCES, "resource create e systemd:e promotable best --disabled");
    assert.deepEqual(
      (await lab.show("resource config")).filter(
        (line) => !/Operations|monitor|interval/.test(line),
      ),
      [
        "Clone: web-clone",
        "  Meta Attributes: web-clone-meta_attributes",
        "    interleave=true",
        "  Resource: web (class=ocf provider=heartbeat type=Dummy)",
        "Clone: db-clone",
        "  Meta Attributes: db-clone-meta_attributes",
        "    notify=true",
        "    promotable=true",
        "  Resource: db (class=ocf provider=pacemaker type=Stateful)",
        "    Meta Attributes: db-meta_attributes",
        "      priority=3",
        "Clone: mycl",
        "  Meta Attributes: mycl-meta_attributes",
        "    clone-max=2",
        "  Group: g",
        "    Resource: a (class=ocf provider=heartbeat type=Dummy)",
        "    Resource: b (class=ocf provider=heartbeat type=Dummy)",
        "Resource: c (class=ocf provider=heartbeat type=Dummy)",
        "Resource: d (class=ocf provider=heartbeat type=Dummy)",
        "Clone: best",
        "  Meta Attributes: best-meta_attributes",
        "    promotable=true",
        "    target-role=Stopped",
        "  Resource: e (class=systemd type=e)",
      ],
    );
    assert.deepEqual(await lab.show("resource group list"), ["g: a b"]);
    await lab.do(
      "resource update mycl clone-max=1 interleave=true",
      "resource meta mycl clone-max=",
    );
    const [clone] = await Promise.all([lab.show("resource config mycl")]);
    assert.deepEqual(clone.slice(1, 3), [
      "  Meta Attributes: mycl-meta_attributes",
      "    interleave=true",
    ]);
    await lab.do("resource unclone a", "resource delete web");
    assert.deepEqual(
      lab.cib.resources.map(({ id }) => id),
      ["db-clone", "g", "c", "d", "best"],
    );
  });

  // The lines are what pcs 0.11.5 prints after the same commands.
  test("constraints are shown as pcs shows them", async () => {
    const lab = new Lab();
    await lab.do(
      ...RESOURCES,
      "constraint location c rule score=100 #uname eq ip1 and date-spec hours=9-17 weekdays=1-5",
      "constraint location regexp%we.* prefers ip1=5 ip2",
      "constraint location regexp%we.* rule score=7 defined x",
      "constraint location d avoids ip1",
      "constraint location add ll d ip2 4 resource-discovery=never",
      "constraint location d rule constraint-id=p1 x eq string 5 or defined y and defined z",
      "constraint location d rule constraint-id=p2 score-attribute=s #uname eq 'a b'",
      "constraint colocation add Promoted db-clone with c 50 id=x1",
      "constraint colocation add c with Promoted db-clone",
      "constraint colocation add d with c influence=false",
      "constraint colocation set c d sequential=false set web-clone role=Started " +
        "setoptions score=20",
      "constraint order promote db-clone then start c kind=Optional symmetrical=false",
      "constraint order web-clone then d require-all=false",
      "constraint order set c d sequential=false require-all=false set mycl action=start " +
        "setoptions kind=Serialize id=oo",
    );
    assert.deepEqual(await lab.show("constraint --full"), [
      "Location Constraints:",
      "  Resource pattern: we.*",
      "    Enabled on:",
      "      Node: ip1 (score:5) (id:location-we.--ip1-5)",
      "      Node: ip2 (score:INFINITY) (id:location-we.--ip2-INFINITY)",
      "    Constraint: location-we.-",
      "      Rule: score=7 (id:location-we.--rule)",
      "        Expression: defined x",
      "  Resource: c",
      "    Constraint: location-c",
      "      Rule: boolean-op=and score=100 (id:location-c-rule)",
      "        Expression: #uname eq ip1",
      "        Expression:",
      "          Date Spec: hours=9-17 weekdays=1-5",
      "  Resource: d",
      "    Enabled on:",
      "      Node: ip2 (score:4) (resource-discovery=never) (id:ll)",
      "    Disabled on:",
      "      Node: ip1 (score:-INFINITY) (id:location-d-ip1--INFINITY)",
      "    Constraint: p1",
      "      Rule: boolean-op=and score=INFINITY (id:p1-rule)",
      "        Rule: boolean-op=or (id:p1-rule-rule)",
      "          Expression: x eq string 5",
      "          Expression: defined y",
      "        Expression: defined z",
      "    Constraint: p2",
      "      Rule: score-attribute=s (id:p2-rule)",
      '        Expression: #uname eq "a b"',
      "Ordering Constraints:",
      "  promote db-clone then start c (kind:Optional) (non-symmetrical) " +
        "(id:order-db-clone-c-optional)",
      "  start web-clone then start d (kind:Mandatory) (Options: require-all=false) " +
        "(id:order-web-clone-d-mandatory)",
      "  Resource Sets:",
      "    set c d require-all=false sequential=false (id:oo_set) set mycl action=start " +
        "(id:oo_set-1) setoptions kind=Serialize (id:oo)",
      "Colocation Constraints:",
      "  db-clone with c (score:50) (rsc-role:Promoted) (with-rsc-role:Started) (id:x1)",
      "  c with db-clone (score:INFINITY) (rsc-role:Started) (with-rsc-role:Promoted) " +
        "(id:colocation-c-db-clone-INFINITY)",
      "  d with c (score:INFINITY) (influence:false) (id:colocation-d-c-INFINITY)",
      "  Resource Sets:",
      "    set c d sequential=false (id:colocation_set_ccddwe_set) set web-clone role=Started " +
        "(id:colocation_set_ccddwe_set-1) setoptions score=20 (id:colocation_set_ccddwe)",
      "Ticket Constraints:",
    ]);
    assert.deepEqual(await lab.show("constraint ref c web-clone"), [
      "Resource: c",
      "  colocation-c-db-clone-INFINITY",
      "  colocation-d-c-INFINITY",
      "  colocation_set_ccddwe",
      "  location-c",
      "  oo",
      "  order-db-clone-c-optional",
      "  x1",
      "Resource: web-clone",
      "  colocation_set_ccddwe",
      "  order-web-clone-d-mandatory",
    ]);
    await lab.do(
      "constraint rule add p1 id=more role=Promoted score=3 not_defined x",
      "constraint rule remove p1-rule",
      "constraint order remove c",
      "constraint location remove ll",
    );
    const located = await lab.show("constraint location");
    const at = located.indexOf("    Constraint: p1");
    assert.deepEqual(located.slice(at + 1, at + 3), [
      "      Rule: role=Promoted score=3",
      "        Expression: not_defined x",
    ]);
    assert.deepEqual(await lab.show("constraint order"), [
      "Ordering Constraints:",
      "  start web-clone then start d (kind:Mandatory) (Options: require-all=false)",
      "  Resource Sets:",
      "    set d require-all=false sequential=false set mycl action=start setoptions " +
        "kind=Serialize",
    ]);
  });

  test("sets of defaults are shown as pcs shows them", async () => {
    const lab = new Lab();
    await lab.do(
      "resource defaults set create id=s1 score=5 meta resource-stickiness=4 " +
        "rule resource ocf::Dummy or ( date gt 2020-01-01 and date in_range 2020-01-01 to " +
        "duration months=3 )",
      "resource defaults resource-stickiness=2",
      "resource op defaults set create meta timeout=40s rule op monitor interval=30 and " +
        "#uname eq ip2",
    );
    assert.deepEqual(await lab.show("resource defaults --full"), [
      "Meta Attrs: rsc_defaults-meta_attributes",
      "  resource-stickiness=2",
      "Meta Attrs: s1 score=5",
      "  resource-stickiness=4",
      "  Rule: boolean-op=or (id:s1-rule)",
      "    Expression: resource ocf::Dummy",
      "    Rule: boolean-op=and (id:s1-rule-rule)",
      "      Expression: date gt 2020-01-01",
      "      Expression: date in_range 2020-01-01 to duration",
      "        Duration: months=3",
    ]);
    assert.deepEqual(await lab.show("resource op defaults"), [
      "Meta Attrs: op_defaults-meta_attributes-1",
      "  timeout=40s",
      "  Rule: boolean-op=and",
      "    Expression: op monitor interval=30s",
      "    Expression: #uname eq ip2",
    ]);
    await lab.do("resource defaults set update s1 meta priority=1 resource-stickiness=");
    assert.deepEqual((await lab.show("resource defaults")).slice(2, 4), [
      "Meta Attrs: s1 score=5",
      "  priority=1",
    ]);
    await lab.do("resource defaults set remove s1", "resource defaults resource-stickiness=");
    assert.deepEqual(await lab.show("resource defaults"), ["No defaults set"]);
  });

  test("the promoted role alone is moved and banned", async () => {
    const lab = new Lab();
    await lab.do(...RESOURCES, "resource move db-clone ip2 --promoted");
    assert.deepEqual((await lab.show("constraint location")).slice(1), [
      "  Resource: db-clone",
      "    Enabled on:",
      "      Node: ip2 (score:INFINITY) (role:Promoted)",
    ]);
    await lab.do("resource ban db-clone ip1 --promoted");
    assert.deepEqual(
      lab.cib.constraints.map(({ id }) => id),
      ["cli-prefer-db-clone", "cli-ban-db-clone-on-ip1"],
    );
    await lab.do("resource clear db");
    assert.deepEqual(lab.cib.constraints, []);
  });

  test("what is said of the promoted role is not said of the whole clone", async () => {
    const lab = new Lab();
    await lab.do(...RESOURCES);
    const [, , moved] = await lab.run("resource move db-clone ip2 --promoted");
    assert.match(moved, /cli-prefer-db-clone with score INFINITY: db-clone promoted on ip2$/m);
    const [, out, banned] = await lab.run("resource ban db-clone ip2 --promoted");
    assert.match(banned, /with score -INFINITY: db-clone never promoted on ip2$/m);
    assert.match(out, /It will not be promoted on ip2, even when that is the only node, until/);
    const [, , nowhere] = await lab.run("resource ban db-clone ip1 --promoted");
    assert.match(nowhere, /Warning: db-clone is now promoted nowhere$/m);
  });

  test("without a node, the one where an instance is promoted is meant", async () => {
    const lab = new Lab();
    await lab.do(...RESOURCES);
    const [status, , err] = await lab.run("resource ban db-clone --promoted");
    assert.deepEqual(
      [status, err],
      [2, 'Error: resource "db-clone": is not promoted anywhere; name the node\n'],
    );
    const places = [
      { node: "ip1", role: "Promoted", isManaged: true, isInMaintenance: false },
      { node: "ip2", role: "Unpromoted", isManaged: true, isInMaintenance: false },
    ];
    lab.resources = [
      { ...EXAMPLE_RESOURCE, id: "db", clone: "db-clone", nodes: ["ip1", "ip2"], places },
    ];
    await lab.do("resource ban db-clone --promoted");
    assert.deepEqual(
      lab.cib.constraints.map(({ id }) => id),
      ["cli-ban-db-clone-on-ip1"],
    );
  });

  test("utilization, tags and levels are set and shown", async () => {
    const lab = new Lab();
    await lab.do(
      ...RESOURCES,
      "resource create f1 stonith:fence_dummy",
      "resource utilization c cpu=2 ram=4",
      "node utilization ip1 cpu=4",
      "tag create t1 c d",
      "tag update t1 add web-clone --before d remove c",
      "constraint location t1 prefers ip2",
      "stonith level add 2 regexp%ip.* f1",
      "stonith level add 1 ip1 f1",
      "stonith level add 2 ip1 f1",
      "stonith level add 3 attrib%rack=2 f1",
    );
    assert.deepEqual(await lab.show("resource utilization"), [
      "Resource Utilization:",
      " c: cpu=2 ram=4",
    ]);
    assert.deepEqual(await lab.show("node utilization ip1"), ["Node Utilization:", " ip1: cpu=4"]);
    assert.deepEqual(await lab.show("tag"), ["t1", "  web-clone", "  d"]);
    const levels = [
      "Target (regexp): ip.*",
      "  Level 2 - f1",
      "Target: ip1",
      "  Level 1 - f1",
      "  Level 2 - f1",
      "Target: rack=2",
      "  Level 3 - f1",
    ];
    assert.deepEqual(await lab.show("stonith level"), levels);
    const config = await lab.show("config");
    const from = config.indexOf("Stonith Devices:");
    assert.deepEqual(config.slice(from + 1, from + 2), [
      "  Resource: f1 (class=stonith type=fence_dummy)",
    ]);
    assert.deepEqual(config.slice(-8), [
      "",
      "Node Utilization:",
      " ip1: cpu=4",
      "",
      "Tags:",
      " t1",
      "   web-clone",
      "   d",
    ]);
    await lab.do("stonith level remove 1 target ip1", "stonith level clear stonith f1");
    assert.deepEqual(await lab.show("stonith level"), [""]);
    await lab.do("tag remove t1", "resource utilization c cpu= ram=");
    assert.deepEqual(await lab.show("tag"), [" No tags defined"]);
    assert.deepEqual(await lab.show("constraint location"), ["Location Constraints:"]);
  });

  const refusals = [
    ["resource clone nosuch", 'resource "nosuch": does not exist'],
    ["resource clone a", 'resource "a": is in clone "mycl" already'],
    ["resource clone c clone-max=two", 'resource "c-clone" meta "clone-max": "two": must be'],
    ["resource clone", "usage: lbctl resource clone ID [CLONE-ID] [NAME=VALUE...]"],
    ["resource unclone c", 'resource "c": is not in a clone'],
    ["resource create x Dummy clone --group g", "you can specify only one of clone, promotable"],
    ["resource create x Dummy clone promotable", "you can specify only one of clone or promotable"],
    ["resource create x Dummy master", "'master' is not supported, use 'promotable'"],
    ["resource update c clone", "missing value of 'clone' option"],
    ["constraint location web prefers ip1", 'resource "web": is in clone "web-clone"; name the'],
    ["constraint location c rule", "'' is not a valid rule expression: unexpected end of rule"],
    ["constraint location c rule role=Boss defined x", "invalid role 'Boss', use 'Promoted'"],
    ["constraint location c rule score=1 score-attribute=x defined x", "only one of 'score' and"],
    ["constraint location c rule date-spec hours=25", 'constraint "location-c" rule "location-c-'],
    ["constraint location c rule resource ocf::", 'constraint "location-c" rule "location-c-rule"'],
    ["constraint location regexp%we( prefers ip1", 'constraint "location-we--ip1-INFINITY" patt'],
    ["resource ban c ip1 --promoted", 'resource "c": is no promotable clone'],
    ["resource ban a ip1", 'resource "a": is in clone "mycl"; name the clone in constraints'],
    ["constraint rule delete l1", "unable to find rule: l1"],
    ["constraint rule add l1 defined x", 'constraint "l1": does not exist; there are none'],
    ["constraint colocation set c", "colocation of sets: needs at least two resources"],
    ["constraint colocation set setoptions score=1", "usage: lbctl constraint colocation set ID"],
    ["constraint colocation set c d setoptions kind=1", "invalid option 'kind', allowed options"],
    ["constraint colocation add Promoted c with d x y", "usage: lbctl constraint colocation add"],
    ["constraint order set c d action=run", 'order of sets set "c d" action: "run": must be one'],
    ["constraint order set c d setoptions kind", "missing value of 'kind' option"],
    ["constraint order remove c", 'resource "c": is named by no order'],
    ["resource defaults set create x", "unexpected 'x'; usage: lbctl resource defaults set create"],
    ["resource defaults set create rule x eq 1", "node attribute 'x' cannot be used in a rule of"],
    ["resource defaults set create rule op start", "keyword 'op' cannot be used in a rule of"],
    ["resource defaults set update s1 meta a=b", 'resource defaults set "s1": does not exist; the'],
    ["resource op defaults set delete", "usage: lbctl resource op defaults set delete SET-ID..."],
    ["resource utilization c cpu=abc", 'resource "c" utilization "cpu": "abc": must be a whole'],
    ["resource utilization mycl", "unable to find a resource: mycl"],
    ["node utilization ip9", "unable to find a node: ip9"],
    ["tag create t1", "usage: lbctl tag create TAG ID..."],
    ["tag create t1 nosuch", 'resource "nosuch": does not exist, but tag t1 names it'],
    ["tag update t1 c", "usage: lbctl tag update TAG"],
    ["tag config t1", "tag 't1' does not exist"],
    ["stonith level add 1 ip1", "usage: lbctl stonith level add LEVEL TARGET DEVICE..."],
    ["stonith level add 1 ip1 c", 'fencing level "fl-ip1-1": "c": is not a fence device'],
    ["stonith level add 0 ip9 c", 'fencing level "fl-ip9-0" index: 0: must be a whole number'],
    ["stonith level add 1 attrib%x c", "'attrib%x' is no target, expected attrib%NAME=VALUE"],
    ["stonith level remove 7", "fencing level 7: does not exist"],
    ["stonith level clear ip1", "expected: [target TARGET] [stonith DEVICE...]"],
  ] as const;
  for (const [line, expected] of refusals) {
    test(`refused: ${line}`, async () => {
      const lab = new Lab();
      await lab.do(...RESOURCES);
      const before = lab.cib;
      const [exitCode, , err] = await lab.run(line);
      assert.equal(exitCode, EXIT.refused, err);
      assert.ok(err.startsWith(`Error: ${expected}`), err);
      assert.equal(lab.cib, before);
    });
  }
});
