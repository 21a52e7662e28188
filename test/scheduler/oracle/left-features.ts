// Says in a few words what is left in a shrunken case, without names and numbers: cases with the
// same words most likely show the same fault.

import { type Piece, primitivesIn, type Spec, type SpecNode, type SpecResource } from "./spec.ts";

/** The words, sorted, each once. */
export function describeLeft(spec: Spec): readonly string[] {
  const properties = Object.entries(spec.properties).filter(
    ([name, value]) => !(name === "stonith-enabled" && value === "false"),
  );
  const words = [
    ...(spec.isQuorate ? [] : ["no quorum"]),
    ...properties.map(([name, value]) => `${name}=${value}`),
    ...Object.keys(spec.resourceDefaults).map((name) => `default ${name}`),
    ...Object.keys(spec.operationDefaults).map((name) => `operation default ${name}`),
    ...spec.sets.map(({ section }) => `ruled ${section}`),
    ...spec.resources.flatMap(describeResource),
    ...spec.constraints.map(describeConstraint),
    ...spec.tags.map(() => "tag"),
    ...spec.templates.map(() => "template"),
    ...spec.nodes.flatMap((node) => describeNode(spec, node)),
  ];
  return [...new Set(words)].sort();
}

function describeResource(resource: SpecResource): readonly string[] {
  const inner = primitivesIn(resource).flatMap((primitive) => [
    ...(primitive.agent === "ocf:pacemaker:Dummy" ? [] : [primitive.agent]),
    ...Object.entries(primitive.meta).map(([name, value]) => `${name}=${value}`),
    ...primitive.operations.flatMap(({ name, options }) => [
      ...Object.entries(options).map(([key, value]) => `${name} ${key}=${value}`),
    ]),
    ...(Object.keys(primitive.utilization).length > 0 ? ["utilization"] : []),
    ...primitive.sets.map(({ name }) => `ruled ${name}`),
  ]);
  if (resource.kind === "primitive") return inner;
  const meta = Object.entries(resource.meta).map(([name, value]) => `${name}=${value}`);
  const child = resource.kind === "clone" && resource.child.kind === "group" ? " of a group" : "";
  return [`${resource.kind}${child}`, ...meta, ...inner];
}

function describeConstraint({ name, attributes, children }: Piece): string {
  const told = ["kind", "symmetrical", "role", "rsc-role", "with-rsc-role", "first-action"];
  const more = [...told, "then-action", "require-all", "influence", "resource-discovery"];
  const words = more.flatMap((key) =>
    attributes[key] === undefined ? [] : `${key}=${attributes[key]}`,
  );
  const inner = children.map((child) => child.name.replace("resource_", ""));
  return [name.slice(4), kindOfScore(attributes["score"]), ...words, ...inner]
    .filter((word) => word !== "")
    .join(" ");
}

function kindOfScore(score: string | undefined): string {
  if (score === undefined || score.endsWith("INFINITY")) return score ?? "";
  return score.startsWith("-") ? "negative" : "finite";
}

function describeNode(spec: Spec, node: SpecNode): readonly string[] {
  const configured = spec.resources.flatMap(primitivesIn).map(({ id }) => id);
  const entries = node.history.flatMap(({ resource, entries: each }) => {
    const isOrphan = !configured.includes(resource.replace(/:\d+$/, ""));
    return each.flatMap(({ operation, rc, expected, status, digest }) => {
      const what = operation === "monitor" && expected === 7 ? "probe" : operation;
      if (status === -1) return [`pending ${what}`];
      if (rc !== expected) return [`${what} ended ${rc}`];
      if (digest !== "current") return [`${what} with digest ${digest}`];
      return isOrphan ? ["orphan"] : [];
    });
  });
  const transient = Object.keys(node.transient).map((name) => name.replace(/-.*/, ""));
  return [
    ...(node.presence === "online" ? [] : [`node ${node.presence}`]),
    ...Object.entries(node.attributes).map(([name, value]) => `node ${name}=${value}`),
    ...transient.map((name) => `transient ${name}`),
    ...(node.failures.length > 0 ? ["failcount"] : []),
    ...entries,
  ];
}
