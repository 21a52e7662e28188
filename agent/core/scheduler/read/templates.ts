import type { Cib, OperationDefinition, Primitive, ResourceTemplate } from "../../model/index.ts";

/** The template that a primitive names; undefined: it names none, or one that does not exist. */
export function templateOf(cib: Cib, primitive: Primitive): ResourceTemplate | undefined {
  const { template } = primitive;
  return template === undefined ? undefined : cib.templates?.find((x) => x.id === template);
}

/**
 * The primitive with what its template says: the agent, and the operations that it does not define
 * itself. Its parameters and meta attributes stay apart, since their sets count by score.
 */
export function expandTemplate(cib: Cib, primitive: Primitive): Primitive {
  const template = templateOf(cib, primitive);
  if (template === undefined) return primitive;
  const own = new Set(primitive.operations.map(operationKey));
  const inherited = template.operations.filter((operation) => !own.has(operationKey(operation)));
  return {
    ...primitive,
    agent: template.agent,
    operations: [...primitive.operations, ...inherited],
    utilization: { ...template.utilization, ...primitive.utilization },
  };
}

// An operation takes the place of the template's with the same name and role; the roles in which
// a resource simply runs count as one.
function operationKey({ name, options }: OperationDefinition): string {
  const role = options["role"]?.toLowerCase();
  const isPlain = role === undefined || ["started", "unpromoted", "slave"].includes(role);
  return isPlain ? name : `${name} ${role}`;
}
