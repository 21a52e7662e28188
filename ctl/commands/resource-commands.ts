/** `lbctl resource …`: what makes and changes resources. */
import type { Command } from "commander";
import { withContents } from "../../agent/core/configuration/index.ts";
import {
  type Change,
  primitivesOf,
  type Resource,
  type ResourceStatus,
} from "../../agent/core/model/index.ts";
import type { AgentClient } from "../agent-client/connect.ts";
import { failed, refused } from "../ctl-error.ts";
import {
  type CreateOptions,
  parseCreate,
  parseGroup,
  parseMeta,
  parseMetaSwitch,
  parseOperationChange,
  parseUpdate,
} from "../parse/parse-resource.ts";
import { belongsTo } from "../render/belongs-to.ts";
import { renderResourcesConfig } from "../render/render-resource-config.ts";
import { renderResourceList } from "../render/render-resources.ts";
import type { Session } from "../session.ts";
import { unknownResource } from "../unknown-name.ts";
import { addAgentCommands } from "./agent-commands.ts";
import { addCheckCommand } from "./check-commands.ts";
import { addCloneCommands } from "./clone-commands.ts";
import {
  addCommand,
  addFamily,
  applyAndReport,
  type CommandSpec,
  change,
  FORMAT,
  isGiven,
  type Options,
  optionText,
  show,
  WAIT,
} from "./command-kit.ts";
import { addDebugCommands } from "./debug-commands.ts";
import { addDefaultsCommand } from "./defaults-commands.ts";
import { deleteResources } from "./delete-resources.ts";
import { disableSafely, parseDisable } from "./disable-safely.ts";
import { addFailureCommands } from "./failure-commands.ts";
import { addPlacementCommands } from "./placement-commands.ts";
import { addUtilizationCommand } from "./utilization-commands.ts";
import { parseWait } from "./wait-until-stable.ts";

const FORCE = ["--force", "take what the agent or its metadata says is wrong: a warning"] as const;
const PLACE = [
  ["--before <id>", "in the group, before this resource"],
  ["--after <id>", "in the group, after this resource"],
] as const;

/** Adds `resource` and its commands. */
export function addResourceCommands(program: Command, session: Session): void {
  const run = (words: readonly string[], options: Options) => showList(session, words, options);
  const resource = addFamily(program, {
    name: "resource",
    summary: "resources: what the cluster runs",
    options: [FORMAT],
    run,
  });
  const add = (spec: CommandSpec) => addCommand(resource, spec);
  add({ name: "status [ID...]", summary: "where resources run", options: [FORMAT], run });
  addCreateCommands(add, session);
  addMetaCommands(add, session);
  addDisableCommands(add, session);
  addOperationCommands(resource, session);
  addGroupCommands(resource, session);
  addCloneCommands(resource, session);
  addUtilizationCommand(resource, session);
  addDefaultsCommand(resource, session, {
    owner: "resource",
    summary: "meta attributes of all resources that do not set them",
  });
  add({
    name: "config [ID...]",
    summary: "how resources are configured",
    options: [FORMAT],
    aliases: ["show"],
    run: (words, options) => showConfig(session, words, options),
  });
  addPlacementCommands(resource, session);
  addFailureCommands(resource, session);
  addAgentCommands(resource, session);
  addCheckCommand(resource, session);
  addDebugCommands(resource, session);
}

type Add = (spec: CommandSpec) => Command;

function addCreateCommands(add: Add, session: Session): void {
  add({
    name:
      "create ID AGENT [NAME=VALUE...] [op ACTION NAME=VALUE...] [meta NAME=VALUE...] " +
      "[clone|promotable [CLONE-ID] [NAME=VALUE...]]",
    summary: "make a resource",
    options: [
      ["--group <id>", "put it into this group, which is made when missing"],
      ...PLACE,
      ["--disabled", "do not start it"],
      ["--no-default-ops", "leave out the operations that the agent recommends"],
      ["--agent-validation", "accepted, as with pcs: the agent is always asked"],
      FORCE,
      WAIT,
    ],
    run: (words, options) => create(session, words, options),
  });
  add({
    name: "update ID [NAME=VALUE...] [op ...] [meta ...]",
    summary: "change parameters; an empty value removes one",
    options: [FORCE, WAIT],
    run: (words, options) =>
      session.withAgent(async (agent) => {
        const changes = [parseUpdate(words)];
        const apply = { isForced: isGiven(options, "force") };
        await applyAndReport(session, agent, { changes, options, apply });
      }),
  });
  add({
    name: "delete ID...",
    summary: "stop and remove resources, with their constraints",
    options: [["--force", "accepted, as with pcs"], WAIT],
    aliases: ["remove"],
    run: (words, options) => deleteResources(session, words, options),
  });
}

function create(session: Session, words: readonly string[], options: Options): Promise<void> {
  const wish = parseCreate(words, readCreateOptions(options));
  return session.withAgent(async (agent) => {
    const apply = {
      isForced: isGiven(options, "force"),
      withoutDefaultOperations: options["defaultOps"] === false,
    };
    await applyAndReport(session, agent, { changes: [wish], options, apply });
    if (parseWait(options["wait"]) === null) return;
    const place = await placeOf(agent, words[0] ?? "");
    if (place.isRunning || isGiven(options, "disabled")) session.terminal.out(place.text);
    else throw failed(place.text);
  });
}

/** What pcs prints at the end of a `--wait`. */
async function placeOf(
  agent: AgentClient,
  id: string,
): Promise<{ readonly isRunning: boolean; readonly text: string }> {
  const status = await agent.getStatus();
  const own = status.resources.filter((each) => belongsTo(each, id));
  const nodes = [...new Set(own.flatMap((each) => each.nodes))].sort();
  return nodes.length === 0
    ? { isRunning: false, text: `resource '${id}' is not running on any node` }
    : { isRunning: true, text: `Resource '${id}' is running on node ${nodes.join(", ")}.` };
}

function readCreateOptions(options: Options): CreateOptions {
  const group = optionText(options, "group");
  return {
    ...(group === undefined ? {} : { group }),
    ...readPlace(options),
    isDisabled: isGiven(options, "disabled"),
  };
}

function readPlace(options: Options): Pick<CreateOptions, "before" | "after"> {
  const before = optionText(options, "before");
  const after = optionText(options, "after");
  if (before !== undefined && after !== undefined) {
    throw refused("--before and --after exclude each other");
  }
  return {
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
  };
}

function addMetaCommands(add: Add, session: Session): void {
  add({
    name: "meta ID NAME=[VALUE]...",
    summary: "set meta attributes; an empty value removes one",
    options: [WAIT],
    run: (words, options) => change(session, [parseMeta(words)], options),
  });
  const switches = [
    ["enable", "let the cluster start resources", { "target-role": "" }],
    ["manage", "let the cluster start and stop resources", { "is-managed": "" }],
    ["unmanage", "leave resources as they are", { "is-managed": "false" }],
  ] as const;
  for (const [verb, summary, values] of switches) {
    add({
      name: `${verb} ID...`,
      summary,
      options: [WAIT],
      run: (words, options) => change(session, parseMetaSwitch(words, values, verb), options),
    });
  }
}

function addDisableCommands(add: Add, session: Session): void {
  add({
    name: "disable ID...",
    summary: "stop resources and keep them stopped",
    options: [
      ["--safe", "only if no other resource is stopped, started or moved by it"],
      ["--simulate", "the same as --plan"],
      ["--brief", "accepted, as with pcs"],
      WAIT,
    ],
    run: (words, options) =>
      isGiven(options, "safe")
        ? disableSafely(session, words, options)
        : change(session, parseDisable(words), options),
  });
  add({
    name: "safe-disable ID...",
    summary: "the same as disable --safe",
    options: [["--simulate", "the same as --plan"], ["--brief", "accepted, as with pcs"], WAIT],
    run: (words, options) => disableSafely(session, words, options),
  });
}

function addOperationCommands(resource: Command, session: Session): void {
  const operation = addFamily(resource, { name: "op", summary: "operations of a resource" });
  addCommand(operation, {
    name: "add ID ACTION NAME=VALUE...",
    summary: "add an operation",
    options: [WAIT],
    run: (words, options) => change(session, [parseOperationChange("add", words)], options),
  });
  addCommand(operation, {
    name: "remove ID ACTION [NAME=VALUE...]",
    summary: "remove an operation; its id alone does as well",
    aliases: ["delete"],
    options: [WAIT],
    run: (words, options) => removeOperation(session, words, options),
  });
  addDefaultsCommand(operation, session, {
    owner: "operation",
    summary: "options of all operations that do not set them",
  });
}

function removeOperation(
  session: Session,
  words: readonly string[],
  options: Options,
): Promise<void> {
  const [id] = words;
  if (words.length !== 1 || id === undefined) {
    return change(session, [parseOperationChange("remove", words)], options);
  }
  return session.withAgent(async (agent) => {
    const owner = listPrimitivesOf((await agent.getCib()).resources).find(({ operations }) =>
      operations.some((operation) => operation.id === id),
    );
    if (owner === undefined) throw refused(`unable to find operation id: ${id}`);
    const wish: Change = {
      kind: "removeOperation",
      id: owner.id,
      operation: { name: id, options: {} },
    };
    await applyAndReport(session, agent, { changes: [wish], options });
  });
}

function listPrimitivesOf(resources: readonly Resource[]) {
  return resources.flatMap(primitivesOf);
}

function addGroupCommands(resource: Command, session: Session): void {
  const group = addFamily(resource, { name: "group", summary: "resources that run together" });
  addCommand(group, {
    name: "add GROUP ID...",
    summary: "put resources into a group, which is made when missing",
    options: [...PLACE, WAIT],
    run: (words, options) =>
      change(session, [parseGroup("add", words, readPlace(options))], options),
  });
  addCommand(group, {
    name: "remove GROUP [ID...]",
    summary: "take resources, or all of them, out of a group",
    aliases: ["delete"],
    options: [WAIT],
    run: (words, options) => change(session, [parseGroup("remove", words)], options),
  });
  addCommand(group, {
    name: "list",
    summary: "groups and their members",
    options: [FORMAT],
    run: (_words, options) =>
      session.withAgent(async (agent) => {
        const { resources } = await agent.getCib();
        const groups = resources.flatMap(withContents).filter((each) => each.kind === "group");
        show(session, options, {
          facts: groups.map(({ id, members }) => ({ id, members: members.map((one) => one.id) })),
          render: (facts) =>
            facts.map(({ id, members }) => `${id}: ${members.join(" ")}`).join("\n"),
        });
      }),
  });
}

function showList(session: Session, ids: readonly string[], options: Options): Promise<void> {
  return session.withAgent(async (agent) => {
    const status = await agent.getStatus();
    const isWanted = (each: ResourceStatus) => ids.some((id) => belongsTo(each, id));
    const found = ids.length === 0 ? status.resources : status.resources.filter(isWanted);
    const unknown = ids.filter((id) => !found.some((each) => belongsTo(each, id)));
    if (unknown.length > 0) throw refused(...unknown.map((id) => unknownResource(id, status)));
    show(session, options, {
      facts: found,
      render: (resources) =>
        resources.length === 0
          ? "NO resources configured"
          : renderResourceList(status, resources, "  ").join("\n"),
    });
  });
}

function showConfig(session: Session, ids: readonly string[], options: Options): Promise<void> {
  return session.withAgent(async (agent) => {
    const cib = await agent.getCib();
    const { resources } = cib;
    const all = resources.flatMap(withContents);
    const unknown = ids.filter((id) => !all.some((each) => each.id === id));
    if (unknown.length > 0) {
      throw refused(...unknown.map((id) => unknownResource(id, cib)));
    }
    const found = ids.length === 0 ? resources : all.filter(({ id }) => ids.includes(id));
    show(session, options, {
      facts: found,
      render: (chosen) =>
        chosen.length === 0 ? "NO resources configured" : renderResourcesConfig(chosen).join("\n"),
    });
  });
}
