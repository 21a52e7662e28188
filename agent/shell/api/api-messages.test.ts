import assert from "node:assert/strict";
import { loadApiDefinition } from "../../../proto/api-definition.ts";
import { EVERY_CHANGE } from "../../../test/configuration/every-change.ts";
import { FULL_CIB } from "../../../test/configuration/full-cib.ts";
import { type Change, type Cib, emptyCib } from "../../core/model/index.ts";
import {
  type ApiMessage,
  decodeChange,
  decodeCib,
  encodeChange,
  encodeCib,
} from "../../wire/index.ts";

const { service } = loadApiDefinition();

function passCib(cib: Cib): Cib {
  const call = service["GetCib"];
  assert.ok(call !== undefined);
  const bytes = call.responseSerialize({ cib: encodeCib(cib) });
  const message: ApiMessage = { ...call.responseDeserialize(bytes) };
  return decodeCib(message["cib"]);
}

function passChange(change: ApiMessage): Change | null {
  const call = service["Apply"];
  assert.ok(call !== undefined);
  const message: ApiMessage = {
    ...call.requestDeserialize(call.requestSerialize({ changes: [change] })),
  };
  const { changes } = message;
  return decodeChange(Array.isArray(changes) ? changes[0] : null);
}

suite("messages of the API", () => {
  test("every member of a configuration arrives, and none that was not sent", () => {
    assert.deepEqual(passCib(FULL_CIB), FULL_CIB);
    assert.deepEqual(passCib(emptyCib(["ip1"])), emptyCib(["ip1"]));
  });

  for (const change of Object.values(EVERY_CHANGE)) {
    test(`a change of kind ${change.kind} arrives as it was asked for`, () => {
      assert.deepEqual(passChange(encodeChange(change)), change);
    });
  }

  const plain: readonly Change[] = [
    { kind: "addLocation", id: null, resource: "web", node: "ip1", score: "1" },
    { kind: "addColocation", id: null, resource: "a", withResource: "b", score: "1" },
    { kind: "removeFencingLevels", index: null, target: null, devices: [] },
    {
      kind: "createDefaultSet",
      owner: "resource",
      id: null,
      score: null,
      values: {},
      rule: null,
    },
  ];
  for (const change of plain) {
    test(`what is left out of ${change.kind} stays left out`, () => {
      assert.deepEqual(passChange(encodeChange(change)), change);
    });
  }

  const unknown: readonly (readonly [string, ApiMessage])[] = [
    ["no kind at all", {}],
    ["a level for nothing", { addFencingLevel: { index: "1", devices: ["a"] } }],
    [
      "a condition of no kind",
      { addRule: { constraint: "c", rule: { rule: { combine: "and", conditions: [{}] } } } },
    ],
    [
      "an action that is none",
      // biome-ignore lint/suspicious/noThenProperty: the word of the constraint; never awaited.
      { addOrder: { first: "a", firstAction: "kill", then: "b", thenAction: "start" } },
    ],
    ["a configuration that is no JSON", { replaceConfiguration: { cibJson: "{" } }],
  ];
  for (const [name, message] of unknown) {
    test(`${name} is no change`, () => {
      assert.equal(passChange(message), null);
    });
  }
});
