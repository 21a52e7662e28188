import type { Change, Cib, Problem, Tag } from "../model/index.ts";
import { checkGivenId } from "./constraint-words.ts";
import { type Edit, edited, refuse } from "./edit.ts";
import { forgetIds } from "./forget-mentions.ts";
import { quote, renderNearNames } from "./near-names.ts";

/** Makes a tag; what it names is checked with the whole configuration. */
export function createTag(cib: Cib, change: Change & { readonly kind: "createTag" }): Edit {
  const { id, members } = change;
  const taken = checkGivenId(cib, `tag ${quote(id)}`, id);
  if (taken.length > 0) return refuse(cib, ...taken);
  return edited({ ...cib, tags: [...(cib.tags ?? []), { id, members }] });
}

/** Adds members to a tag, at a place if one is given, and removes others. */
export function updateTag(cib: Cib, change: Change & { readonly kind: "updateTag" }): Edit {
  const { id, add, remove, before, after } = change;
  const { tags = [] } = cib;
  const tag = tags.find((each) => each.id === id);
  if (tag === undefined) return refuse(cib, missingTag(tags, id));
  const problems = checkUpdate(tag, change);
  if (problems.length > 0) return refuse(cib, ...problems);
  const left = tag.members.filter((member) => !remove.includes(member) && !add.includes(member));
  const anchor = left.indexOf(before ?? after ?? "");
  const place = anchor < 0 ? left.length : anchor + (before === null ? 1 : 0);
  const members = left.toSpliced(place, 0, ...add);
  if (members.length === 0) {
    const expected = `would be empty; remove it with "lbctl tag remove ${id}"`;
    return refuse(cib, { code: "no-members", path: `tag ${quote(id)}`, found: "", expected });
  }
  return edited({ ...cib, tags: tags.map((each) => (each === tag ? { id, members } : each)) });
}

/** Removes tags and the constraints that name them. */
export function deleteTags(cib: Cib, ids: readonly string[]): Edit {
  const { tags = [], ...rest } = cib;
  const missing = ids.filter((id) => !tags.some((tag) => tag.id === id));
  if (missing.length > 0) return refuse(cib, ...missing.map((id) => missingTag(tags, id)));
  const left = tags.filter(({ id }) => !ids.includes(id));
  return forgetIds(left.length === 0 ? rest : { ...rest, tags: left }, ids);
}

function checkUpdate(
  { id, members }: Tag,
  { add, remove, before, after }: Change & { readonly kind: "updateTag" },
): readonly Problem[] {
  const path = `tag ${quote(id)}`;
  const problem = (code: string, expected: string): Problem => ({
    code,
    path,
    found: "",
    expected,
  });
  const anchor = before ?? after;
  const isPlaced = anchor !== null;
  return [
    ...remove
      .filter((member) => !members.includes(member))
      .map((member) => problem("no-such-resource", `does not hold ${quote(member)}`)),
    ...add
      .filter((member) => !isPlaced && members.includes(member))
      .map((member) => problem("already-exists", `holds ${quote(member)} already`)),
    ...add
      .filter((member) => remove.includes(member))
      .map((member) => problem("named-twice", `cannot add and remove ${quote(member)} at once`)),
    ...(before !== null && after !== null
      ? [problem("bad-place", "either before or after may be given, not both")]
      : []),
    ...(isPlaced && (!members.includes(anchor) || [...add, ...remove].includes(anchor))
      ? [problem("bad-place", `${quote(anchor)} is no other member of the tag`)]
      : []),
  ];
}

function missingTag(tags: readonly Tag[], id: string): Problem {
  const known = renderNearNames(
    id,
    tags.map((tag) => tag.id),
  );
  const expected = `does not exist; ${known === "" ? "there are none" : `there are ${known}`}`;
  return { code: "no-such-tag", path: `tag ${quote(id)}`, found: "", expected };
}
