// Makes a case smaller as long as it still shows the same difference.

import {
  type Piece,
  primitivesIn,
  type Spec,
  type SpecPrimitive,
  type SpecResource,
} from "./spec.ts";

type Change = (spec: Spec) => void;

/**
 * Leaves out one thing at a time, the big ones first, and again until nothing can be left out.
 * `shows` answers for several smaller cases at once, in their order.
 */
export async function shrink(
  spec: Spec,
  shows: (specs: readonly Spec[]) => Promise<readonly boolean[]>,
  batch: number,
): Promise<Spec> {
  let smallest = spec;
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false;
    for (let at = 0; at < listChanges(smallest).length; ) {
      const changes = listChanges(smallest).slice(at, at + batch);
      const text = JSON.stringify(smallest);
      const specs = changes
        .map((change) => changed(smallest, change))
        // A change may find nothing to leave out.
        .filter((each) => JSON.stringify(each) !== text);
      const found = (await shows(specs)).indexOf(true);
      const next = specs[found];
      if (next === undefined) at += batch;
      else {
        smallest = next;
        isSmaller = true;
      }
    }
  }
  return smallest;
}

function changed(spec: Spec, change: Change): Spec {
  const copy = structuredClone(spec);
  change(copy);
  dropDangling(copy);
  return copy;
}

/** Everything that could be left out of a case. */
export function listChanges(spec: Spec): readonly Change[] {
  return [
    ...dropEach(spec, (x) => x.constraints),
    ...spec.resources.map(
      ({ id }): Change =>
        (x) =>
          dropResource(x, id),
    ),
    ...spec.resources.flatMap(listResourceChanges),
    ...dropEach(spec, (x) => x.tags),
    ...dropEach(spec, (x) => x.templates),
    ...dropEach(spec, (x) => x.sets),
    ...dropEach(spec, (x) => x.fencingLevels),
    ...(spec.properties["stonith-enabled"] === "true" ? [switchFencingOff] : []),
    ...dropKeys(spec, (x) => x.properties),
    ...dropKeys(spec, (x) => x.resourceDefaults),
    ...dropKeys(spec, (x) => x.operationDefaults),
    ...spec.nodes.flatMap((_node, index) => listNodeChanges(spec, index)),
    ...(spec.isQuorate
      ? []
      : [
          (x: Spec) => {
            x.isQuorate = true;
          },
        ]),
    ...(spec.dc === "1"
      ? []
      : [
          (x: Spec) => {
            x.dc = "1";
          },
        ]),
    ...spec.constraints.flatMap((_constraint, index) =>
      listPieceChanges(spec, (x) => x.constraints[index]),
    ),
  ];
}

function switchFencingOff(spec: Spec): void {
  spec.properties["stonith-enabled"] = "false";
}

function dropEach(spec: Spec, list: (spec: Spec) => unknown[]): readonly Change[] {
  return list(spec).map((_item, index) => (x) => {
    list(x).splice(index, 1);
  });
}

function dropKeys(
  spec: Spec,
  values: (spec: Spec) => Record<string, string> | undefined,
): readonly Change[] {
  return Object.keys(values(spec) ?? {})
    .filter((key) => key !== "stonith-enabled")
    .map((key) => (x) => {
      delete values(x)?.[key];
    });
}

function dropResource(spec: Spec, id: string): void {
  const gone = spec.resources.filter((resource) => resource.id === id).flatMap(primitivesIn);
  spec.resources = spec.resources.filter((resource) => resource.id !== id);
  forget(spec, gone);
}

/** Without its history a primitive leaves no orphan behind. */
function forget(spec: Spec, gone: readonly SpecPrimitive[]): void {
  const isGone = (resource: string): boolean =>
    gone.some(({ id }) => resource === id || resource.startsWith(`${id}:`));
  for (const node of spec.nodes) {
    node.history = node.history.filter(({ resource }) => !isGone(resource));
    node.failures = node.failures.filter(({ resource }) => !isGone(resource));
    for (const { id } of gone) delete node.transient[`master-${id}`];
  }
}

function listResourceChanges(resource: SpecResource, at: number): readonly Change[] {
  const own = (spec: Spec): SpecResource | undefined => spec.resources[at];
  const inner = primitivesIn(resource).flatMap((primitive) => listPrimitiveChanges(primitive));
  const meta = Object.keys(resource.meta).map(
    (key): Change =>
      (spec) => {
        delete own(spec)?.meta[key];
      },
  );
  if (resource.kind === "primitive") return inner;
  return [...listUnwrappings(resource, at), ...meta, ...inner];
}

/** A clone becomes what it contains, a group loses a member or becomes its only one. */
function listUnwrappings(resource: SpecResource, at: number): readonly Change[] {
  if (resource.kind === "primitive") return [];
  const group = resource.kind === "group" ? resource : resource.child;
  const members = group.kind === "group" ? group.members : [];
  const lessMembers = members.map(
    (member): Change =>
      (spec) => {
        const own = spec.resources[at];
        const inside = own?.kind === "clone" ? own.child : own;
        if (inside?.kind !== "group" || inside.members.length < 2) return;
        inside.members = inside.members.filter(({ id }) => id !== member.id);
        forget(spec, [member]);
      },
  );
  const unwrap: Change = (spec) => {
    const own = spec.resources[at];
    if (own?.kind === "clone") rename(spec, at, own.child);
    if (own?.kind === "group" && own.members.length === 1 && own.members[0] !== undefined) {
      rename(spec, at, own.members[0]);
    }
  };
  return [unwrap, ...lessMembers];
}

/** Puts what was inside in the place of what held it, in the constraints too. */
function rename(spec: Spec, at: number, inside: SpecResource): void {
  const old = spec.resources[at]?.id;
  spec.resources[at] = inside;
  const visit = ({ attributes, children }: Piece): void => {
    for (const key of ["rsc", "with-rsc", "first", "then", "id"]) {
      if (attributes[key] === old) attributes[key] = inside.id;
    }
    children.forEach(visit);
  };
  spec.constraints.forEach(visit);
}

function listPrimitiveChanges({ id, ...given }: SpecPrimitive): readonly Change[] {
  const find = (spec: Spec): SpecPrimitive | undefined =>
    spec.resources.flatMap(primitivesIn).find((primitive) => primitive.id === id);
  const drop = (key: "meta" | "parameters" | "utilization"): readonly Change[] =>
    Object.keys(given[key]).map((name) => (spec) => {
      delete find(spec)?.[key][name];
    });
  return [
    ...given.operations.map((_operation, index) => (spec: Spec) => {
      find(spec)?.operations.splice(index, 1);
    }),
    ...given.operations.flatMap(({ options }, index) =>
      Object.keys(options).map((name) => (spec: Spec) => {
        delete find(spec)?.operations[index]?.options[name];
      }),
    ),
    ...drop("meta"),
    ...drop("parameters"),
    ...drop("utilization"),
    ...given.sets.map((_set, index) => (spec: Spec) => {
      find(spec)?.sets.splice(index, 1);
    }),
    ...(given.agent === "ocf:pacemaker:Dummy" || given.agent.startsWith("stonith:")
      ? []
      : [(spec: Spec) => makeDummy(spec, id)]),
  ];
}

function makeDummy(spec: Spec, id: string): void {
  const primitive = spec.resources.flatMap(primitivesIn).find((each) => each.id === id);
  if (primitive !== undefined) primitive.agent = "ocf:pacemaker:Dummy";
  for (const { history } of spec.nodes) {
    for (const each of history) if (each.resource === id) each.agent = "ocf:pacemaker:Dummy";
  }
}

function listNodeChanges(spec: Spec, at: number): readonly Change[] {
  const node = spec.nodes[at];
  if (node === undefined) return [];
  const makeOnline: Change = (x) => {
    const own = x.nodes[at];
    if (own !== undefined) own.presence = "online";
  };
  const dropScore: Change = (x) => {
    const own = x.nodes[at];
    if (own !== undefined) own.score = null;
  };
  return [
    ...(node.presence === "online" ? [] : [makeOnline]),
    ...(node.score === null ? [] : [dropScore]),
    ...dropKeys(spec, (x) => x.nodes[at]?.attributes),
    ...dropKeys(spec, (x) => x.nodes[at]?.transient),
    ...dropKeys(spec, (x) => x.nodes[at]?.utilization),
    ...dropEach(spec, (x) => x.nodes[at]?.failures ?? []),
    ...dropEach(spec, (x) => x.nodes[at]?.history ?? []),
    ...node.history.flatMap((_history, index) =>
      dropEach(spec, (x) => x.nodes[at]?.history[index]?.entries ?? []),
    ),
  ];
}

const NEEDED = new Set(["rsc", "with-rsc", "first", "then", "id", "node", "rsc-pattern"]);

/** Options and inner parts of a constraint. */
function listPieceChanges(spec: Spec, find: (spec: Spec) => Piece | undefined): readonly Change[] {
  const { attributes = {}, children = [] } = find(spec) ?? {};
  const options = Object.keys(attributes).filter((key) => !NEEDED.has(key) && key !== "score");
  return [
    ...options.map((key) => (x: Spec) => {
      delete find(x)?.attributes[key];
    }),
    ...children.map((_child, index) => (x: Spec) => {
      find(x)?.children.splice(index, 1);
    }),
    ...children.flatMap((_child, index) => listPieceChanges(spec, (x) => find(x)?.children[index])),
  ];
}

/** What names something that is gone goes too, and so does a set or rule with nothing in it. */
function dropDangling(spec: Spec): void {
  spec.resources = spec.resources.filter((resource) => primitivesIn(resource).length > 0);
  for (const primitive of spec.resources.flatMap(primitivesIn)) {
    if (!spec.templates.some(({ id }) => id === primitive.template)) primitive.template = null;
  }
  const known = new Set(spec.templates.map(({ id }) => id));
  for (const resource of spec.resources) {
    known.add(resource.id);
    if (resource.kind === "clone") known.add(resource.child.id);
    for (const { id } of primitivesIn(resource)) known.add(id);
  }
  for (const tag of spec.tags) tag.members = tag.members.filter((id) => known.has(id));
  spec.tags = spec.tags.filter(({ members }) => members.length > 0);
  for (const { id } of spec.tags) known.add(id);
  spec.constraints = spec.constraints.filter((constraint) => isSound(constraint, known));
  spec.fencingLevels = spec.fencingLevels.filter(({ attributes }) =>
    known.has(attributes["devices"] ?? ""),
  );
}

function isSound(constraint: Piece, known: ReadonlySet<string>): boolean {
  const { attributes } = constraint;
  for (const set of constraint.children) {
    if (set.name !== "resource_set") continue;
    set.children = set.children.filter(({ attributes: { id = "" } }) => known.has(id));
  }
  constraint.children = constraint.children.filter(({ children }) => children.length > 0);
  const named = ["rsc", "with-rsc", "first", "then"].flatMap((key) => attributes[key] ?? []);
  const isWhole =
    named.length + constraint.children.length > 0 || attributes["rsc-pattern"] !== undefined;
  const hasNodes =
    constraint.name !== "rsc_location" ||
    attributes["node"] !== undefined ||
    constraint.children.length > 0;
  return isWhole && hasNodes && named.every((id) => known.has(id));
}
