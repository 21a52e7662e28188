import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { transformSync } from "esbuild";
import fc from "fast-check";
import type protobuf from "protobufjs";
import { compileMessages, fullNameOf, listTypes } from "./compile-messages.ts";
import type { MessageSource } from "./message-source.ts";
import { loadMessages, readProtoFiles } from "./reflected-messages.ts";

const FOLDER = "proto";
const DEPTH_MAX = 4;

suite("compiled messages", function () {
  this.timeout(60_000);
  const reflected = loadMessages();
  const types = listTypes(readProtoFiles(FOLDER));
  let compiled: MessageSource;
  suiteSetup(() => {
    const { code } = transformSync(compileMessages(FOLDER), { format: "cjs" });
    const module = { exports: { loadMessages } };
    new Function("require", "module", code)(createRequire(import.meta.url), module);
    compiled = module.exports.loadMessages();
    assert.notEqual(module.exports.loadMessages, loadMessages);
  });

  test("the calls are those of the files", () => {
    assert.ok(reflected.calls.length > 5);
    assert.deepEqual(compiled.calls, reflected.calls);
  });

  test("each message has the same bytes and is read as the same object", () => {
    assert.ok(types.length > 100);
    for (const type of types) {
      const name = fullNameOf(type);
      const theirs = reflected.codecOf(name);
      const ours = compiled.codecOf(name);
      fc.assert(
        fc.property(anyMessage(type, 0), (message) => {
          const bytes = theirs.serialize(message);
          assert.deepEqual(ours.serialize(message), bytes, name);
          assert.deepEqual(ours.deserialize(bytes), theirs.deserialize(bytes), name);
        }),
        { numRuns: 10 },
      );
    }
  });

  test("damaged bytes are refused by both in the same words", () => {
    for (const { request } of reflected.calls) {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
          const read = (source: MessageSource): unknown => {
            try {
              return source.codecOf(request).deserialize(Buffer.from(bytes));
            } catch (error) {
              return String(error);
            }
          };
          assert.deepEqual(read(compiled), read(reflected), request);
        }),
        { numRuns: 30 },
      );
    }
  });

  test("a name that is no message is refused", () => {
    assert.throws(() => compiled.codecOf("lbcluster.v1.Nothing"), /Nothing/);
  });
});

/** Messages with any of their fields; at most one of each choice. */
function anyMessage(type: protobuf.Type, depth: number): fc.Arbitrary<object> {
  const free = type.fieldsArray.filter(({ partOf }) => partOf === null);
  const choices = type.oneofsArray.map((choice) => {
    const each = choice.fieldsArray.map((field) =>
      fc.record({ [field.name]: anyField(field, depth) }),
    );
    return fc.oneof(fc.constant({}), ...each);
  });
  const record = Object.fromEntries(free.map((field) => [field.name, anyField(field, depth)]));
  return fc
    .tuple(fc.record(record, { requiredKeys: [] }), ...choices)
    .map((parts) => Object.assign({}, ...parts));
}

function anyField(field: protobuf.Field, depth: number): fc.Arbitrary<unknown> {
  const one = anyValue(field, depth);
  if ("keyType" in field) return fc.dictionary(fc.string({ maxLength: 4 }), one, { maxKeys: 3 });
  return field.repeated ? fc.array(one, { maxLength: 3 }) : one;
}

function anyValue({ type, resolvedType }: protobuf.Field, depth: number): fc.Arbitrary<unknown> {
  if (resolvedType !== null && "fieldsArray" in resolvedType) {
    return depth >= DEPTH_MAX ? fc.constant({}) : anyMessage(resolvedType, depth + 1);
  }
  switch (type) {
    case "string":
      return fc.string({ maxLength: 6 });
    case "bool":
      return fc.boolean();
    case "double":
      return fc.double({ noNaN: true });
    case "int32":
      return fc.integer();
    case "uint32":
      return fc.nat();
    case "int64":
      return fc.maxSafeInteger();
    case "uint64":
      return fc.maxSafeNat();
    case "bytes":
      return fc.uint8Array({ maxLength: 8 });
    default:
      throw new Error(`field of type ${type}: not known here`);
  }
}
