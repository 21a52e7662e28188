/** Resources, fencing and properties that are allowed, and dangerous or left over. */
import { parseBoolean } from "../../agent/core/configuration/index.ts";
import {
  type Cib,
  listPrimitives,
  type OperationDefinition,
  type Primitive,
  renderAgentName,
} from "../../agent/core/model/index.ts";
import { errorOf, type Finding, warningOf } from "./finding.ts";

/** What stands for an address: one agent by its two names. */
const ADDRESS_AGENTS: ReadonlySet<string> = new Set(["ocf:heartbeat:IPaddr2", "ocf:lb:IPaddr2"]);

/** Every such matter, in the order of the configuration. */
export function verifyResources(cib: Cib): readonly Finding[] {
  const primitives = listPrimitives(cib).filter(({ agent }) => agent.standard !== "stonith");
  return [
    ...verifySwitches(cib),
    ...verifyFencing(cib),
    ...primitives.flatMap((primitive) => verifyMonitor(cib, primitive)),
    ...verifyAddresses(primitives),
    ...verifyLeftovers(cib),
  ];
}

function isOn(cib: Cib, name: string): boolean {
  return parseBoolean(cib.properties[name] ?? "") === true;
}

function hasFencing({ properties }: Cib): boolean {
  return parseBoolean(properties["stonith-enabled"] ?? "true") !== false;
}

function verifySwitches(cib: Cib): readonly Finding[] {
  const switches = [
    ["maintenance-mode", "nothing is started, stopped or watched while it is on"],
    ["stop-all-resources", "nothing runs while it is on"],
  ] as const;
  return switches
    .filter(([name]) => isOn(cib, name))
    .map(([name, expected]) =>
      warningOf("switched-on", { path: `property "${name}"`, found: "true", expected }),
    );
}

function verifyFencing(cib: Cib): readonly Finding[] {
  const devices = listPrimitives(cib).filter(({ agent }) => agent.standard === "stonith");
  const isFencing = hasFencing(cib);
  if (isFencing && devices.length === 0 && cib.resources.length > 0) {
    return [
      errorOf("no-fence-device", {
        path: 'property "stonith-enabled"',
        found: cib.properties["stonith-enabled"] ?? "true (the default)",
        expected:
          "needs a fence device, which cannot be created here; without one nothing starts: " +
          "set it to false, or import a configuration that has one",
      }),
    ];
  }
  if (isFencing) return [];
  const fencing = listPrimitives(cib).flatMap((primitive) =>
    primitive.operations
      .filter(({ options }) => options["on-fail"] === "fence")
      .map((operation) => ({ primitive, operation })),
  );
  return fencing.map(({ primitive, operation }) =>
    errorOf("fence-without-fencing", {
      path: `resource "${primitive.id}" operation ${operation.name}`,
      found: "on-fail is fence",
      expected: "needs stonith-enabled=true and a fence device; without them use another on-fail",
    }),
  );
}

function verifyMonitor(cib: Cib, { id, operations, template }: Primitive): readonly Finding[] {
  const ofTemplate = cib.templates?.find((each) => each.id === template)?.operations ?? [];
  const isWatched = [...operations, ...ofTemplate].some(isMonitor);
  if (isWatched) return [];
  const expected = "has no recurring monitor, so that a failure goes unnoticed until it is stopped";
  return [warningOf("no-monitor", { path: `resource "${id}"`, expected })];
}

function isMonitor({ name, intervalMs, options }: OperationDefinition): boolean {
  return (
    name === "monitor" && intervalMs > 0 && parseBoolean(options["enabled"] ?? "true") !== false
  );
}

/** Two resources with one address would each take the other's for their own. */
function verifyAddresses(primitives: readonly Primitive[]): readonly Finding[] {
  const addressed = primitives.filter(
    ({ agent, parameters }) =>
      ADDRESS_AGENTS.has(renderAgentName(agent)) && (parameters["ip"] ?? "") !== "",
  );
  return addressed.flatMap((primitive, index) => {
    const ip = primitive.parameters["ip"] ?? "";
    const owner = addressed.slice(0, index).find(({ parameters }) => parameters["ip"] === ip);
    if (owner === undefined) return [];
    const expected = `is the address of resource "${owner.id}" already`;
    return [
      errorOf("same-address", { path: `resource "${primitive.id}"`, found: `ip ${ip}`, expected }),
    ];
  });
}

function verifyLeftovers({ constraints }: Cib): readonly Finding[] {
  return constraints
    .filter(({ id }) => id.startsWith("cli-prefer-") || id.startsWith("cli-ban-"))
    .map((constraint) => {
      const resource = constraint.kind === "location" ? ` ${constraint.resource}` : "";
      const command = `"lbctl resource clear${resource}"`;
      const expected = `was left by a person's move or ban, and holds until ${command}`;
      return warningOf("left-by-command", { path: `constraint ${constraint.id}`, expected });
    });
}
