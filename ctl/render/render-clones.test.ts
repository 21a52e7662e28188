import assert from "node:assert/strict";
import type { ResourcePlace, ResourceStatus } from "../../agent/core/model/index.ts";
import { EXAMPLE_STATUS } from "./example-status.ts";
import { renderMon } from "./render-mon.ts";
import { renderResourceList } from "./render-resources.ts";

const [EXAMPLE] = EXAMPLE_STATUS.resources;

const UNMANAGED = { isManaged: false, isInMaintenance: false } as const;
const MAINTAINED = { isManaged: false, isInMaintenance: true } as const;

function at(node: string, role: string): ResourcePlace {
  return { node, role, isManaged: true, isInMaintenance: false };
}

function copy(id: string, more: Partial<ResourceStatus> = {}): ResourceStatus {
  assert.ok(EXAMPLE !== undefined);
  const places = more.places ?? ["p1", "p2"].map((node) => at(node, "Started"));
  return {
    ...EXAMPLE,
    id,
    clone: "web-clone",
    agent: "ocf:heartbeat:Dummy",
    instancesMax: 2,
    places,
    nodes: places.map(({ node }) => node),
    role: places.length === 0 ? "Stopped" : "Started",
    ...more,
  };
}

function lines(
  resources: readonly ResourceStatus[],
  failures: typeof EXAMPLE_STATUS.failures = [],
): string {
  return renderResourceList({ ...EXAMPLE_STATUS, failures }, resources, "").join("\n");
}

const FAILURE = {
  resource: "web",
  node: "p2",
  operation: "monitor",
  intervalMs: 10_000,
  outcome: "not running",
  status: 7,
  callId: 4,
  reason: "",
  atWallMs: 0,
  ranForMs: 0,
} as const;

suite("clones as crm_mon lists them", () => {
  test("copies that are alike are nodes in brackets", () => {
    assert.equal(lines([copy("web")]), "* Clone Set: web-clone [web]:\n  * Started: [ p1 p2 ]");
  });

  test("a node without its copy is listed as stopped", () => {
    const places = [at("p2", "Started")];
    assert.equal(
      lines([copy("web", { places })]),
      "* Clone Set: web-clone [web]:\n  * Started: [ p2 ]\n  * Stopped: [ p1 ]",
    );
    assert.equal(
      lines([copy("web", { places, instancesMax: 1 })]),
      "* Clone Set: web-clone [web]:\n  * Started: [ p2 ]",
    );
  });

  test("disabled, unmanaged", () => {
    assert.equal(
      lines([copy("web", { places: [], isDisabled: true })]),
      "* Clone Set: web-clone [web] (disabled):\n  * Stopped (disabled): [ p1 p2 ]",
    );
    assert.equal(
      lines([copy("web", { places: [{ ...at("p1", "Started"), ...UNMANAGED }], ...UNMANAGED })]),
      "* Clone Set: web-clone [web] (unmanaged):\n" +
        "  * web\t(ocf:heartbeat:Dummy):\t Started p1 (unmanaged)\n  * Stopped: [ p2 ]",
    );
  });

  test("a node in maintenance: its copy alone is marked", () => {
    const places = [{ ...at("p1", "Unpromoted"), ...MAINTAINED }, at("p2", "Promoted")];
    assert.equal(
      lines([copy("web", { places, isPromotable: true })]),
      "* Clone Set: web-clone [web] (promotable):\n" +
        "  * web\t(ocf:heartbeat:Dummy):\t Unpromoted p1 (maintenance)\n  * Promoted: [ p2 ]",
    );
  });

  test("in maintenance as a whole", () => {
    const places = ["p1", "p2"].map((node) => ({ ...at(node, "Started"), ...MAINTAINED }));
    assert.equal(
      lines([copy("web", { places, ...MAINTAINED })]),
      "* Clone Set: web-clone [web] (maintenance):\n" +
        "  * web\t(ocf:heartbeat:Dummy):\t Started p1 (maintenance)\n" +
        "  * web\t(ocf:heartbeat:Dummy):\t Started p2 (maintenance)",
    );
  });

  test("promotable: by role", () => {
    const places = [at("p1", "Unpromoted"), at("p2", "Promoted")];
    assert.equal(
      lines([copy("web", { places, isPromotable: true })]),
      "* Clone Set: web-clone [web] (promotable):\n" +
        "  * Promoted: [ p2 ]\n  * Unpromoted: [ p1 ]",
    );
  });

  test("a copy that fails, and one that is on its way, have lines of their own", () => {
    const failed = lines([copy("web", { isFailed: true })], [FAILURE]);
    assert.equal(
      failed,
      "* Clone Set: web-clone [web]:\n" +
        "  * web\t(ocf:heartbeat:Dummy):\t FAILED p2\n  * Started: [ p1 ]",
    );
    const places = [at("p1", "Started"), at("p2", "Starting")];
    assert.match(lines([copy("web", { places })]), /Starting p2\n {2}\* Started: \[ p1 \]$/);
  });

  test("copies with numbers are listed one by one", () => {
    const [one, two] = ["p1", "p2"].map((node, number) => {
      const places = [at(node, "Started")];
      return copy(`web:${number}`, { isUnique: true, places });
    });
    assert.ok(one !== undefined && two !== undefined);
    assert.equal(
      lines([one, two]),
      "* Clone Set: web-clone [web] (unique):\n" +
        "  * web:0\t(ocf:heartbeat:Dummy):\t Started p1\n" +
        "  * web:1\t(ocf:heartbeat:Dummy):\t Started p2",
    );
  });

  test("a group in a clone is one thing while all of it runs", () => {
    const group = "stack";
    const half = copy("b", { group, places: [at("p1", "Started")] });
    assert.equal(
      lines([copy("a", { group }), copy("b", { group })]),
      "* Clone Set: web-clone [stack]:\n  * Started: [ p1 p2 ]",
    );
    assert.equal(
      lines([copy("a", { group }), half]),
      "* Clone Set: web-clone [stack]:\n" +
        "  * Resource Group: stack on p2:\n" +
        "    * a\t(ocf:heartbeat:Dummy):\t Started p2\n" +
        "    * b\t(ocf:heartbeat:Dummy):\t Stopped\n  * Started: [ p1 ]",
    );
  });

  test("by node: the role that it has there", () => {
    const places = [at("p1", "Unpromoted"), at("p2", "Promoted")];
    const resources = [copy("web", { places, isPromotable: true })];
    const page = renderMon(
      { ...EXAMPLE_STATUS, resources },
      {
        withInactive: false,
        withOperations: false,
        withFailcounts: false,
        isByNode: true,
        withAttributes: false,
        withTiming: false,
        thresholds: new Map(),
      },
    );
    assert.match(page, /Node p1.*\n.*\n {6}\* web\t\(ocf:heartbeat:Dummy\):\t Unpromoted\n/);
    assert.match(page, /Node p2.*\n.*\n {6}\* web\t\(ocf:heartbeat:Dummy\):\t Promoted$/m);
  });
});
