// Which resources of a case depend on each other's places.

import { type Piece, primitivesIn, type Spec } from "./spec.ts";

/** One colocation of two names, which may be groups, clones, tags or templates. */
export interface NetColocation {
  readonly dependent: string;
  readonly primary: string;
  readonly score: number;
}

/** Resources that are tied together, directly or through others, and by what. */
export interface Tied {
  readonly names: ReadonlySet<string>;
  readonly colocations: readonly NetColocation[];
  /** True where one of them is a group of several: its members are tied for good. */
  readonly hasGroup: boolean;
  readonly hasClone: boolean;
  /** Groups and clones among them. */
  readonly collectives: ReadonlySet<string>;
  /** Members of groups but the first ones. */
  readonly laterMembers: ReadonlySet<string>;
}

/** What a resource is tied to. */
export function tiedTo(spec: Spec, resource: string): Tied {
  const colocations = spec.constraints.flatMap(colocationsOf);
  const ties = [...spec.resources.flatMap(tiesInside), ...listedTies(spec)];
  for (const { dependent, primary } of colocations) ties.push([dependent, primary]);
  const names = new Set([resource]);
  for (let isGrowing = true; isGrowing; ) {
    isGrowing = false;
    for (const [a, b] of ties) {
      if (names.has(a) === names.has(b)) continue;
      names.add(a).add(b);
      isGrowing = true;
    }
  }
  const top = spec.resources.filter(({ id }) => names.has(id));
  const isLarge = (each: Spec["resources"][number]): boolean => primitivesIn(each).length > 1;
  return {
    names,
    colocations: colocations.filter(({ dependent }) => names.has(dependent)),
    hasGroup: top.some(isLarge),
    hasClone: top.some(({ kind }) => kind === "clone"),
    collectives: new Set(top.filter(({ kind }) => kind !== "primitive").map(({ id }) => id)),
    laterMembers: new Set(
      top.flatMap((each) =>
        primitivesIn(each)
          .slice(1)
          .map(({ id }) => id),
      ),
    ),
  };
}

type Tie = readonly [string, string];

function tiesInside(resource: Spec["resources"][number]): readonly Tie[] {
  const inside = primitivesIn(resource).map(({ id }): Tie => [resource.id, id]);
  return resource.kind === "clone" ? [...inside, [resource.id, resource.child.id]] : inside;
}

/** Tags and templates stand for what they list. */
function listedTies({ tags, resources }: Spec): readonly Tie[] {
  const tagged = tags.flatMap(({ id, members }) => members.map((member): Tie => [id, member]));
  const templated = resources.flatMap(primitivesIn).flatMap(({ id, template }): readonly Tie[] => {
    return template === null ? [] : [[template, id]];
  });
  return [...tagged, ...templated];
}

function colocationsOf({ name, attributes, children }: Piece): readonly NetColocation[] {
  if (name !== "rsc_colocation") return [];
  const score = readScore(attributes["score"]);
  const { rsc } = attributes;
  const other = attributes["with-rsc"];
  if (rsc !== undefined && other !== undefined) return [{ dependent: rsc, primary: other, score }];
  const members = children.flatMap(({ children: references, attributes: own }) =>
    references.map((reference) => ({
      id: reference.attributes["id"] ?? "",
      score: own["score"] === undefined ? score : readScore(own["score"]),
    })),
  );
  return members.slice(1).map(({ id, score: own }, index) => ({
    dependent: id,
    primary: members[index]?.id ?? id,
    score: own,
  }));
}

function readScore(text: string | undefined): number {
  if (text === undefined) return 0;
  if (/^\+?INFINITY$/i.test(text)) return Number.POSITIVE_INFINITY;
  return /^-INFINITY$/i.test(text) ? Number.NEGATIVE_INFINITY : Number(text);
}
