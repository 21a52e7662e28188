/** Resources and templates as `pcs resource config` prints them. */
import { renderDuration } from "../../agent/core/configuration/index.ts";
import {
  type Cib,
  listPrimitives,
  type OperationDefinition,
  type Primitive,
  type Resource,
  type ResourceTemplate,
} from "../../agent/core/model/index.ts";
import { indent, renderPairs, renderSets, renderValues, sortedPairs } from "./config-lines.ts";

/** Resources, each with everything in it. */
export function renderResourcesConfig(resources: readonly Resource[]): readonly string[] {
  return resources.flatMap(renderResource);
}

/** Resource templates. */
export function renderTemplates(templates: readonly ResourceTemplate[]): readonly string[] {
  return templates.flatMap((template) => renderRunnable("Template", template));
}

/** What resources need of the capacities of nodes. */
export function renderResourceUtilization(cib: Cib): readonly string[] {
  const lines = listPrimitives(cib).flatMap(({ id, utilization = {} }) =>
    Object.keys(utilization).length === 0 ? [] : [` ${id}: ${renderPairs(utilization)}`],
  );
  return ["Resource Utilization:", ...lines];
}

function renderResource(resource: Resource): readonly string[] {
  if (resource.kind === "primitive") return renderRunnable("Resource", resource);
  const { id, kind, meta, metaSets, parameters } = resource;
  const inner = resource.kind === "group" ? resource.members : [resource.child];
  return [
    `${kind === "group" ? "Group" : "Clone"}: ${id}`,
    ...indent(renderValues(`Attributes: ${id}-instance_attributes`, parameters ?? {})),
    ...indent(renderValues(`Meta Attributes: ${id}-meta_attributes`, meta)),
    ...indent(renderSets("Meta Attributes", metaSets, true)),
    ...inner.flatMap((each) => indent(renderResource(each))),
  ];
}

function renderRunnable(noun: string, runnable: Primitive | ResourceTemplate): readonly string[] {
  const { id, agent, parameters, parameterSets, meta, metaSets, operations } = runnable;
  const { utilization, utilizationSets } = runnable;
  const provider = agent.provider === null ? "" : ` provider=${agent.provider}`;
  const { template } = { template: undefined, ...runnable };
  const from = template === undefined ? "" : ` template=${template}`;
  return [
    `${noun}: ${id} (class=${agent.standard}${provider} type=${agent.type}${from})`,
    ...indent(renderValues(`Attributes: ${id}-instance_attributes`, parameters)),
    ...indent(renderSets("Attributes", parameterSets, true)),
    ...indent(renderValues(`Meta Attributes: ${id}-meta_attributes`, meta)),
    ...indent(renderSets("Meta Attributes", metaSets, true)),
    ...indent(renderValues(`Utilization: ${id}-utilization`, utilization ?? {})),
    ...indent(renderSets("Utilization", utilizationSets, true)),
    ...(operations.length === 0 ? [] : ["  Operations:"]),
    ...operations.flatMap(renderOperationConfig),
  ];
}

function renderOperationConfig(operation: OperationDefinition): readonly string[] {
  const { id, name, intervalMs, timeoutMs, options, optionSets, parameters } = operation;
  const inner = [
    `interval=${renderDuration(intervalMs)}`,
    ...(timeoutMs === null ? [] : [`timeout=${renderDuration(timeoutMs)}`]),
    ...sortedPairs(options).map(([option, value]) => `${option}=${value}`),
    ...renderSets("Meta Attributes", optionSets, true),
    ...renderValues(`Attributes: ${id}-instance_attributes`, parameters ?? {}),
  ];
  return [`    ${name}: ${id}`, ...inner.map((line) => `      ${line}`)];
}
