/** How the cluster stands, as lines: nodes, then resources in the order of the configuration. */
import {
  type Cib,
  type Clone,
  type Primitive,
  primitivesOf,
  type Resource,
  renderAgentName,
} from "../../agent/core/model/index.ts";
import type { Picture, PicturedResource } from "../what-if/index.ts";

/** The lines of a picture, each with its indent. */
export function renderPicture(cib: Cib, picture: Picture): readonly string[] {
  return [
    "  * Nodes:",
    ...renderNodes(picture),
    "  * Resources:",
    ...renderResources(cib, picture),
  ];
}

function renderNodes({ nodes }: Picture): readonly string[] {
  const plain = ["online", "offline"].map((text) => {
    const names = nodes.filter((node) => node.text === text).map(({ name }) => name);
    return { text, names };
  });
  const special = nodes.filter(({ text }) => text !== "online" && text !== "offline");
  return [
    ...special.map(({ name, text }) => `    * ${name}: ${text}`),
    ...plain
      .filter(({ names }) => names.length > 0)
      .map(({ text, names }) => `    * ${text}: ${names.join(", ")}`),
  ];
}

function renderResources(cib: Cib, picture: Picture): readonly string[] {
  const shown = new Set<PicturedResource>();
  const find = (id: string): readonly PicturedResource[] => {
    const found = picture.resources.filter((each) => each.id === id || isInstance(each.id, id));
    for (const each of found) shown.add(each);
    return found;
  };
  const lines = cib.resources.flatMap((resource) => renderTree(resource, { find, indent: "    " }));
  // What has a history and no configuration any more.
  const rest = picture.resources.filter((each) => !shown.has(each) && isShown(each));
  const all = [...lines, ...rest.map((each) => `    * ${each.id}: ${renderRoles(each)}`)];
  return all.length === 0 ? ["    * none"] : all;
}

function isShown({ roles }: PicturedResource): boolean {
  return Object.keys(roles).length > 0;
}

interface Drawing {
  readonly find: (id: string) => readonly PicturedResource[];
  readonly indent: string;
}

function renderTree(resource: Resource, drawing: Drawing): readonly string[] {
  const { indent } = drawing;
  const inner = { ...drawing, indent: `${indent}  ` };
  switch (resource.kind) {
    case "primitive":
      return renderPrimitive(resource, drawing);
    case "group":
      return [
        `${indent}* group ${resource.id}:`,
        ...resource.members.flatMap((member) => renderPrimitive(member, inner)),
      ];
    case "clone":
      return [`${indent}* ${renderCloneTitle(resource)}:`, ...renderInstances(resource, inner)];
  }
}

function renderCloneTitle({ id, child }: Clone): string {
  return child.kind === "group" ? `clone ${id} of group ${child.id}` : `clone ${id}`;
}

function renderInstances(clone: Clone, drawing: Drawing): readonly string[] {
  return primitivesOf(clone).flatMap((primitive) => renderPrimitive(primitive, drawing));
}

function renderPrimitive(primitive: Primitive, { find, indent }: Drawing): readonly string[] {
  const agent = renderAgentName(primitive.agent);
  const found = find(primitive.id);
  if (found.length === 0) return [`${indent}* ${primitive.id} (${agent}): Stopped`];
  return found.map((each) => `${indent}* ${each.id} (${agent}): ${renderRoles(each)}`);
}

/** `Promoted ip1, Unpromoted ip2 (failed on ip2)`; `Stopped` where it runs nowhere. */
export function renderRoles({ roles, flags, flaggedOn = {} }: PicturedResource): string {
  const parts = Object.entries(roles)
    .filter(([, nodes]) => nodes.length > 0)
    .map(([role, nodes]) => `${role} ${nodes.join(" ")}`);
  const words = flags.map((flag) => {
    const nodes = flaggedOn[flag] ?? [];
    return nodes.length === 0 ? flag : `${flag} on ${nodes.join(" ")}`;
  });
  const suffix = words.length === 0 ? "" : ` (${words.join(", ")})`;
  return `${parts.length === 0 ? "Stopped" : parts.join(", ")}${suffix}`;
}

function isInstance(id: string, base: string): boolean {
  return id.startsWith(`${base}:`) && /^\d+$/.test(id.slice(base.length + 1));
}
