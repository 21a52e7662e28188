import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { SchedulerInput } from "../../agent/core/model/index.ts";
import { scheduleTransition } from "../../agent/core/scheduler/index.ts";
import { buildInput, renderTransition, unknownNames, type WrittenCase } from "./golden-case.ts";

// Each folder holds a case (`case.json`) and the answer (`expected.json`). UPDATE=1 writes the
// answers anew; the difference is reviewed like code.

const FOLDER = "test/scheduler";
const SHARED: Partial<WrittenCase> = JSON.parse(readFileSync(join(FOLDER, "guide.json"), "utf8"));

function readCase(name: string): WrittenCase {
  const read: WrittenCase & { readonly isGuide?: boolean } = JSON.parse(
    readFileSync(join(FOLDER, name, "case.json"), "utf8"),
  );
  const { isGuide, ...written } = read;
  return isGuide === true ? { ...SHARED, ...written } : written;
}

suite("golden scheduler cases", () => {
  const names = readdirSync(FOLDER)
    .filter((name) => existsSync(join(FOLDER, name, "case.json")))
    .sort();

  for (const name of names) {
    const written = readCase(name);

    test(`${name}: ${written.rule}`, () => {
      assert.deepEqual(unknownNames(written), []);
      const file = join(FOLDER, name, "expected.json");
      const transition = scheduleTransition(buildInput(written));
      const text = JSON.stringify(renderTransition(transition, written), null, 2);
      if (process.env["UPDATE"] === "1" && !isKept(file, text)) writeFileSync(file, `${text}\n`);
      assert.deepEqual(JSON.parse(text), JSON.parse(readFileSync(file, "utf8")));
    });

    test(`${name}: the order of lists without meaning changes nothing`, () => {
      const input = buildInput(written);
      assert.deepEqual(scheduleTransition(turned(input)), scheduleTransition(input));
    });

    test(`${name}: every action waits only for earlier ones`, () => {
      const { actions } = scheduleTransition(buildInput(written));
      for (const { id, after } of actions) {
        for (const before of after) assert.ok(before < id, `${before} before ${id}`);
      }
    });
  }
});

/** True when the file says the same already: the formatter may have broken its lines elsewhere. */
function isKept(file: string, text: string): boolean {
  if (!existsSync(file)) return false;
  return isDeepStrictEqual(JSON.parse(readFileSync(file, "utf8")), JSON.parse(text));
}

/** The same facts with nodes, histories, records and constraints listed backwards. */
function turned(input: SchedulerInput): SchedulerInput {
  return {
    ...input,
    cib: {
      ...input.cib,
      nodes: input.cib.nodes.toReversed(),
      constraints: input.cib.constraints.toReversed(),
    },
    nodes: input.nodes.toReversed(),
    histories: input.histories.toReversed().map((history) => ({
      ...history,
      resources: history.resources.toReversed().map((resource) => ({
        ...resource,
        records: resource.records.toReversed(),
      })),
      failcounts: history.failcounts.toReversed(),
    })),
  };
}
