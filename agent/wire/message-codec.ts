/**
 * The model <-> messages, by tables of what is special. The .proto files mirror the model: a union
 * by `kind` is a oneof of the same names; null, or a member that is left out, is an absent field.
 * What no table names is the same on both sides.
 */

/** A message as the loader gives and takes it: plain objects, camelCase names. */
export type ApiMessage = Readonly<Record<string, unknown>>;

/** How one member differs from its field. */
export interface Field {
  /** What it holds, when that has a table of its own. A function, since some hold themselves. */
  readonly of?: () => Codec;
  readonly isList?: boolean;
  /** What an absent field is: null, or a member that is left out. Absent here: always there. */
  readonly whenAbsent?: "null" | "leftOut";
}

/** What is special about one kind of message. */
export interface Codec {
  /** The members of a plain object, by name. */
  readonly fields?: Readonly<Record<string, Field>>;
  /** The codec of each kind, when it is a union by `kind`. */
  readonly union?: Readonly<Record<string, Codec>>;
  /** The kind of an object that is of one kind wherever it stands outside of a union. */
  readonly kind?: string;
  /** Replaces a member that the fields hold in another form. */
  readonly adapt?: Adapter;
}

/** Between members and fields that do not correspond by name. */
export interface Adapter {
  readonly toFields: (members: ApiMessage) => ApiMessage;
  readonly toMembers: (fields: ApiMessage) => ApiMessage;
}

/** The message of a value. */
export function encodeBy(codec: Codec, value: unknown): ApiMessage {
  const { kind, ...rest } = asMessage(value);
  if (codec.union !== undefined) {
    const name = String(kind);
    return { [name]: encodeObject(codec.union[name] ?? {}, rest) };
  }
  return encodeObject(codec, rest);
}

/** The value of a message; null when a union in it is of a kind that the tables do not know. */
export function decodeBy(codec: Codec, message: unknown): ApiMessage | null {
  const state = { isKnown: true };
  const value = decodeValue(codec, message, state);
  return state.isKnown ? value : null;
}

function encodeObject(codec: Codec, value: ApiMessage): ApiMessage {
  const members = codec.adapt?.toFields(value) ?? value;
  const entries = Object.entries(members)
    .filter(([, member]) => member !== null && member !== undefined)
    .map(([name, member]) => [name, encodeMember(fieldOf(codec, name), member)]);
  return Object.fromEntries(entries);
}

function encodeMember({ of, isList = false }: Field, member: unknown): unknown {
  if (of === undefined) return member;
  return isList ? asList(member).map((each) => encodeBy(of(), each)) : encodeBy(of(), member);
}

interface DecodeState {
  isKnown: boolean;
}

function decodeValue(codec: Codec, message: unknown, state: DecodeState): ApiMessage {
  const fields = asMessage(message);
  if (codec.union === undefined) {
    const own = codec.kind === undefined ? {} : { kind: codec.kind };
    return { ...own, ...decodeObject(codec, fields, state) };
  }
  const kind = fields["kind"];
  const inner = typeof kind === "string" ? codec.union[kind] : undefined;
  if (typeof kind !== "string" || inner === undefined) {
    state.isKnown = false;
    return {};
  }
  return { kind, ...decodeObject(inner, asMessage(fields[kind]), state) };
}

function decodeObject(codec: Codec, message: ApiMessage, state: DecodeState): ApiMessage {
  const own = withoutVirtual(message);
  const names = new Set([...Object.keys(own), ...Object.keys(codec.fields ?? {})]);
  const entries = [...names].flatMap((name): readonly (readonly [string, unknown])[] => {
    const field = fieldOf(codec, name);
    const value = own[name];
    if (field.whenAbsent === undefined || !isAbsent(value)) {
      return [[name, decodeMember(field, value, state)]];
    }
    return field.whenAbsent === "null" ? [[name, null]] : [];
  });
  const members = Object.fromEntries(entries);
  return codec.adapt?.toMembers(members) ?? members;
}

function decodeMember({ of, isList = false }: Field, value: unknown, state: DecodeState): unknown {
  if (of === undefined) return value;
  if (isList) return asList(value).map((each) => decodeValue(of(), each, state));
  return decodeValue(of(), value, state);
}

/** Lists and maps have no absent state of their own on the wire: there, empty is absent. */
function isAbsent(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function fieldOf({ fields }: Codec, name: string): Field {
  return (fields !== undefined && Object.hasOwn(fields, name) ? fields[name] : undefined) ?? {};
}

/** Without the marks `_group: "group"` that the loader adds for an optional field that is there. */
function withoutVirtual(message: ApiMessage): ApiMessage {
  return Object.fromEntries(Object.entries(message).filter(([name]) => !name.startsWith("_")));
}

function asMessage(value: unknown): ApiMessage {
  return typeof value === "object" && value !== null ? (value as ApiMessage) : {};
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
