import assert from "node:assert/strict";
import { suite, test } from "mocha";
import type { ClusterStatus, ReadinessStatus } from "../../agent/core/model/index.ts";
import { EXAMPLE_NOW_MS, EXAMPLE_STATUS } from "./example-status.ts";
import { renderDriftReport } from "./render-drift.ts";
import { renderMonLine } from "./render-mon.ts";
import { readinessSection } from "./render-readiness.ts";

const CHECKED: ReadinessStatus = {
  node: "p2",
  state: "ready",
  reason: "",
  checkedAtWallMs: EXAMPLE_NOW_MS - 12_000,
  findings: [],
};

const BROKEN = {
  resource: "webserver",
  severity: "blocks",
  problem: "httpd.conf line 3: Invalid command",
  remedy: "httpd -t",
} as const;

const EXPIRES = {
  resource: "webserver",
  severity: "warns",
  problem: "certificate a.pem: expires in 3 days",
  remedy: "",
} as const;

function withReadiness(...readiness: readonly ReadinessStatus[]): ClusterStatus {
  return { ...EXAMPLE_STATUS, readiness };
}

suite("failover readiness in the status", () => {
  const rows: readonly (readonly [name: string, entry: ReadinessStatus, lines: string[]])[] = [
    ["ready", CHECKED, ["Failover readiness: p2 ready, checked 12 s ago"]],
    [
      "with a warning",
      { ...CHECKED, findings: [EXPIRES] },
      [
        "Failover readiness: p2 ready, with 1 warning, checked 12 s ago",
        "  * webserver: certificate a.pem: expires in 3 days",
      ],
    ],
    [
      "not ready",
      { ...CHECKED, state: "notReady", findings: [BROKEN] },
      [
        "Failover readiness: p2 NOT READY, checked 12 s ago",
        "  * webserver: httpd.conf line 3: Invalid command; to mend: httpd -t",
      ],
    ],
    [
      "away",
      { ...CHECKED, state: "notReady", reason: "the node is OFFLINE" },
      ["Failover readiness: p2 NOT READY: the node is OFFLINE"],
    ],
    [
      "not looked at",
      { ...CHECKED, state: "unknown", reason: "not checked yet" },
      ["Failover readiness: p2 unknown: not checked yet"],
    ],
    ["active and well", { ...CHECKED, state: "active" }, []],
    [
      "active, and would not start again",
      { ...CHECKED, state: "active", findings: [BROKEN] },
      [
        "Failover readiness: p2 is active, but could NOT START AGAIN, checked 12 s ago",
        "  * webserver: httpd.conf line 3: Invalid command; to mend: httpd -t",
      ],
    ],
  ];
  for (const [name, entry, lines] of rows) {
    test(name, () => assert.deepEqual(readinessSection(withReadiness(entry)), lines));
  }

  test("a monitoring system is told of a standby that could not take over", () => {
    const broken = { ...CHECKED, state: "notReady", findings: [BROKEN] } as const;
    assert.deepEqual(renderMonLine(withReadiness(broken)), {
      line: "CLUSTER WARN: standby not ready: p2",
      isOk: false,
    });
    assert.equal(renderMonLine(withReadiness(CHECKED)).isOk, true);
    const standby = { ...CHECKED, state: "notReady", reason: "the node is in standby" } as const;
    assert.equal(
      renderMonLine(withReadiness(standby)).line,
      "CLUSTER WARN: standby not ready: p2 (the node is in standby)",
    );
    const active = { ...CHECKED, state: "active", findings: [BROKEN] } as const;
    assert.equal(
      renderMonLine(withReadiness(active)).line,
      "CLUSTER WARN: could not start again: p2",
    );
  });
});

const DIFFERS: ClusterStatus = {
  ...EXAMPLE_STATUS,
  drift: {
    comparedAtWallMs: EXAMPLE_NOW_MS - 5000,
    differences: [
      {
        kind: "file",
        name: "/etc/web.conf",
        resources: ["webserver"],
        sides: [
          { node: "p1", value: "sha256:1" },
          { node: "p2", value: "sha256:2" },
        ],
        sinceWallMs: new Date(2026, 10, 20, 20, 0, 0).getTime(),
      },
      {
        kind: "version",
        name: "httpd",
        resources: ["webserver"],
        sides: [
          { node: "p1", value: "2.4.37" },
          { node: "p2", value: "" },
        ],
        sinceWallMs: new Date(2026, 10, 20, 20, 1, 0).getTime(),
      },
    ],
    differenceCount: 2,
    ignored: [],
    ignoredCount: 0,
  },
};

suite("drift", () => {
  test("one line of the status says how much and since when", () => {
    assert.deepEqual(readinessSection(DIFFERS), [
      'Drift: 2 differences since Fri Nov 20 20:00:00 2026; "lbctl drift" shows them',
    ]);
    const { comparedAtWallMs } = DIFFERS.drift;
    const none = { ...EXAMPLE_STATUS.drift, comparedAtWallMs };
    assert.deepEqual(readinessSection({ ...EXAMPLE_STATUS, drift: none }), [
      "Drift: none, compared 5 s ago",
    ]);
  });

  test("the report has a comparison of files, and the values of all else", () => {
    const comparisons = new Map([["/etc/web.conf", ["-Listen 80", "+Listen 81"]]]);
    assert.equal(
      renderDriftReport(DIFFERS, comparisons),
      [
        "2 differences between p1 and p2, compared 5 s ago",
        "",
        "file /etc/web.conf (webserver), since Fri Nov 20 20:00:00 2026",
        "  -Listen 80",
        "  +Listen 81",
        "",
        "version httpd (webserver), since Fri Nov 20 20:01:00 2026",
        "  p1: 2.4.37",
        "  p2: is not there",
      ].join("\n"),
    );
  });

  test("what is left alone is told in one line, with the entries that say so", () => {
    const ignored = ["/a.conf", "/b.conf"].map((name) => ({
      kind: "file" as const,
      name,
      entry: "*.conf",
    }));
    const drift = { ...DIFFERS.drift, ignored, ignoredCount: 2 };
    const line = "2 declared differences are left alone, by drift-ignore: *.conf (2)";
    const report = renderDriftReport({ ...DIFFERS, drift }, new Map());
    assert.equal(report.split("\n").at(-1), line);
    const alike = { ...drift, differences: [], differenceCount: 0 };
    assert.equal(
      renderDriftReport({ ...DIFFERS, drift: alike }, new Map()),
      `No differences between p1 and p2, compared 5 s ago\n${line}`,
    );
  });

  test("where nothing was compared it says why", () => {
    assert.equal(
      renderDriftReport(EXAMPLE_STATUS, new Map()),
      "Nothing is known about p1 and p2: not compared yet",
    );
  });
});
