/**
 * Compiles the messages of the .proto files to JavaScript that needs no more of protobufjs than its
 * reader and writer. What the functions do is what protobufjs would compile at run time.
 */
import protobuf from "protobufjs";
import { LOADER_OPTIONS } from "../agent/wire/index.ts";
import { listCalls, readProtoFiles } from "./reflected-messages.ts";

/** The text of an ES module that exports `loadMessages`, as reflected-messages.ts does. */
export function compileMessages(protoFolder: string): string {
  const root = readProtoFiles(protoFolder);
  const types = listTypes(root);
  const names = new Map(types.map((type, index) => [type, `T${index}`]));
  const nameOf = (type: protobuf.ReflectionObject | null): string => {
    const found = type instanceof protobuf.Type ? names.get(type) : undefined;
    // The API has no enumerations: it names what later releases may add to.
    if (found === undefined) throw new Error(`${type?.fullName}: expected a message`);
    return found;
  };
  const { longs, enums, ...options } = LOADER_OPTIONS;
  const table = types.map((type) => `${JSON.stringify(fullNameOf(type))}: ${nameOf(type)}`);
  return `import minimal from "protobufjs/minimal";
const { Reader, Writer, util } = minimal;
const OPTIONS = { ...${JSON.stringify(options)}, longs: ${longs.name}, enums: ${enums.name} };
${types.map((type) => `const ${nameOf(type)} = ${compileType(type, nameOf)};`).join("\n")}
const TYPES = { ${table.join(", ")} };
const CALLS = ${JSON.stringify(listCalls(root))};

export function loadMessages() {
  return {
    calls: CALLS,
    codecOf: (typeName) => {
      const type = TYPES[typeName];
      if (type === undefined) throw new Error("no such type: " + typeName);
      return {
        serialize: (message) => Buffer.from(type.encode(type.fromObject(message)).finish()),
        deserialize: (bytes) => type.toObject(type.decode(bytes), OPTIONS),
      };
    },
  };
}
`;
}

/** All messages of the .proto files, the outer ones first. */
export function listTypes(namespace: protobuf.NamespaceBase): readonly protobuf.Type[] {
  return namespace.nestedArray.flatMap((each) => [
    ...(each instanceof protobuf.Type ? [each] : []),
    ...(each instanceof protobuf.Namespace ? listTypes(each) : []),
  ]);
}

/** The name of a message as codecs are asked for it. */
export function fullNameOf(type: protobuf.Type): string {
  return type.fullName.replace(/^\./, "");
}

function compileType(
  type: protobuf.Type,
  nameOf: (type: protobuf.ReflectionObject | null) => string,
): string {
  const parts = {
    ctor: protobuf.Type.generateConstructor(type),
    encode: protobuf.encoder(type),
    decode: protobuf.decoder(type),
    fromObject: protobuf.converter.fromObject(type),
    toObject: protobuf.converter.toObject(type),
  };
  const texts = Object.entries(parts).map(([name, code]) => {
    // At run time a list of the types of the fields would be given to the function.
    const text = String(code).replace(/\btypes\[(\d+)\]/g, (_all, index: string) =>
      nameOf(type.fieldsArray[Number(index)]?.resolvedType ?? null),
    );
    return `${name}: ${text}`;
  });
  return `{ ${texts.join(",\n")} }`;
}
