import assert from "node:assert/strict";
import { test } from "mocha";
import {
  META_ATTRIBUTES,
  OPERATION_DEFAULTS,
  PROPERTIES,
} from "../../agent/core/configuration/index.ts";
import { OLD_META_NAMES, OLD_PROPERTY_NAMES } from "./old-names.ts";

const KNOWN = {
  property: new Set(PROPERTIES.map(({ name }) => name)),
  resourceDefaults: new Set(META_ATTRIBUTES.map(({ name }) => name)),
  operationDefaults: new Set(OPERATION_DEFAULTS.map(({ name }) => name)),
};

for (const [old, { name, moveTo }] of OLD_PROPERTY_NAMES) {
  test(`the property ${old} becomes a known ${moveTo ?? "property"}: ${name}`, () => {
    assert.ok(KNOWN[moveTo ?? "property"].has(name));
    // Underscores only became hyphens: a slip would turn one option into another.
    const hyphened = old.replaceAll("_", "-");
    if (KNOWN.property.has(hyphened)) assert.equal(name, hyphened);
  });
}

for (const [old, { name }] of OLD_META_NAMES) {
  test(`the meta attribute ${old} becomes a known one: ${name}`, () => {
    assert.ok(KNOWN.resourceDefaults.has(name));
    assert.equal(name, old.replaceAll("_", "-").replace("master-", "promoted-"));
  });
}
