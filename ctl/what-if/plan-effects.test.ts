import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { canonicalJson, digestText } from "../../agent/core/base/index.ts";
import type { Command, SchedulerInput } from "../../agent/core/model/index.ts";
import { scheduleTransition } from "../../agent/core/scheduler/index.ts";
import { CLONE_ALONE, EVERYTHING, exampleInput, nodeStatus } from "../../test/what-if/example.ts";
import { renderPlan } from "../render/render-transition-plan.ts";
import { putInStandby } from "./change-input.ts";
import { planEffects } from "./plan-effects.ts";
import { supposeCommand } from "./suppose-command.ts";

const STOPPED = { ...CLONE_ALONE, address: ["stop 0"], server: ["stop 0"] };
const HISTORY = nodeStatus("ip1", EVERYTHING) + nodeStatus("ip2", STOPPED);

function linesOf(present: SchedulerInput, changed: SchedulerInput): readonly string[] {
  return renderPlan(planEffects(present, changed)).split("\n");
}

function afterCommand(present: SchedulerInput, command: Command): readonly string[] {
  return linesOf(present, supposeCommand(present, command, "ip1"));
}

function digestOfNothing(): string {
  return digestText(canonicalJson({}));
}

suite("plans of changes", () => {
  const present = exampleInput({ status: HISTORY });

  test("a change that nothing comes of says so", () => {
    assert.deepEqual(linesOf(present, present), [
      "Plan: changes nothing that runs; nothing would be stopped, started or moved",
    ]);
  });

  test("a node in standby: what moves, with the times of last time, and why", () => {
    const usually = "(usually 0.3 s to stop and 0.3 s to start)";
    assert.deepEqual(linesOf(present, putInStandby(present, "ip1")), [
      "Plan (nothing was changed):",
      "  * stops gateway on ip1: ip1 is in standby",
      `  * moves address from ip1 to ip2 ${usually}: ip1 is in standby`,
      `  * moves server from ip1 to ip2 ${usually}: ip1 is in standby`,
    ]);
  });

  test("what happens with the change or without it is told apart", () => {
    const leaving = putInStandby(present, "ip1");
    const lines = linesOf(leaving, leaving);
    assert.equal(lines[1], "With or without the change:");
    assert.equal(lines.length, 5);
  });

  test("what a change keeps from happening is told", () => {
    const lines = linesOf(putInStandby(present, "ip1"), present);
    assert.ok(lines.includes("  * no longer moves server from ip1 to ip2"), lines.join("\n"));
  });

  test("a node that stops gives up what it has", () => {
    const lines = afterCommand(present, { kind: "stopNode", isWholeCluster: false });
    assert.ok(
      lines.some((line) => line.includes("moves server from ip1 to ip2")),
      lines.join("\n"),
    );
    const all = afterCommand(present, { kind: "stopNode", isWholeCluster: true });
    assert.ok(
      all.some((line) => line.includes("stops server on ip1")),
      all.join("\n"),
    );
  });

  test("a restart stops and starts; a refresh finds all where it is", () => {
    const lines = afterCommand(present, { kind: "restartResource", resource: "server" });
    assert.match(lines[1] ?? "", /^ {2}\* restarts server on ip1/);
    assert.equal(lines.length, 3, lines.join("\n"));
    assert.equal(afterCommand(present, { kind: "refresh", resource: null, node: null }).length, 1);
  });

  test("what reloads new parameters is stopped and started by a restart all the same", () => {
    const reloadable = {
      ...present,
      histories: present.histories.map((history) => ({
        ...history,
        resources: history.resources.map((entry) => ({
          ...entry,
          records: entry.records.map(({ pacemaker: _, ...record }) => ({
            ...record,
            restart: { parameters: [], digest: digestOfNothing() },
          })),
        })),
      })),
    };
    const lines = afterCommand(reloadable, { kind: "restartResource", resource: "address" });
    const usually = "(usually 0.3 s to stop and 0.3 s to start)";
    assert.deepEqual(lines.slice(1, 3), [
      `  * restarts address on ip1 ${usually}: its definition has changed`,
      `  * restarts server on ip1 ${usually}: start of address is required`,
    ]);
  });

  test("what stops is told of once, also where it cannot run anywhere else", () => {
    const lines = linesOf(present, putInStandby(putInStandby(present, "ip1"), "ip2"));
    const about = lines.filter((line) => line.includes(" server "));
    assert.equal(about.length, 1, lines.join("\n"));
    assert.match(about[0] ?? "", /stops server on ip1.*: not on ip1, since .* not on ip2, since/);
  });

  test("each copy of a clone that is deleted is told of", () => {
    const { cib } = present;
    const resources = cib.resources.filter(({ id }) => id !== "gateway-clone");
    const lines = linesOf(present, { ...present, cib: { ...cib, resources } });
    assert.match(lines[1] ?? "", /^ {2}\* stops gateway on ip1/);
    assert.match(lines[2] ?? "", /^ {2}\* stops gateway on ip2/);
  });

  test("a cleanup lets a resource go back where it is wanted", () => {
    const failed = nodeStatus("ip1", STOPPED, {
      "fail-count-server#monitor_10000": "1",
      "last-failure-server#monitor_10000": "1767600000",
    });
    const away = exampleInput({
      constraints: '<rsc_location id="home" rsc="web" node="ip1" score="50"/>',
      status: failed + nodeStatus("ip2", EVERYTHING),
    });
    const lines = afterCommand(away, { kind: "cleanup", resource: "web", node: null });
    assert.ok(
      lines.some((line) => line.includes("moves server from ip2 to ip1")),
      lines.join("\n"),
    );
  });
});

suite("reasons of decisions", () => {
  test("nodes with one reason are told of together", () => {
    const constraints = '<rsc_colocation id="c" rsc="a" with-rsc="b" score="INFINITY"/>';
    const disabled = `<meta_attributes id="bm">
      <nvpair id="bt" name="target-role" value="Stopped"/></meta_attributes>`;
    const resources = `<primitive id="a" class="ocf" provider="heartbeat" type="Dummy"/>
      <primitive id="b" class="ocf" provider="heartbeat" type="Dummy">${disabled}</primitive>`;
    const status = nodeStatus("ip1", {}) + nodeStatus("ip2", {});
    const { decisions } = scheduleTransition(exampleInput({ resources, constraints, status }));
    const about = decisions.find(({ resource }) => resource === "a");
    assert.equal(
      about?.reason,
      "stays stopped: not on ip1 or ip2, since it must run beside b, which runs nowhere",
    );
  });
});
