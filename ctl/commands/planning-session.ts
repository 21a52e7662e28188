/** `--plan`: a session in which changes are only planned, shown, and not made. */
import { findResource } from "../../agent/core/configuration/index.ts";
import {
  type Command as ClusterCommand,
  type NodeName,
  type ResourceId,
  type SchedulerInput,
  withoutNumber,
} from "../../agent/core/model/index.ts";
import type { AgentClient } from "../agent-client/connect.ts";
import { CtlError, EXIT, failed, refusedBy } from "../ctl-error.ts";
import type { Session } from "../session.ts";
import type { Effect } from "../what-if/index.ts";
import { isGiven, isJson, type Options, printNotes } from "./command-kit.ts";
import { readLiveInput } from "./read-facts.ts";

/** A session, and what tells it whether the command that begins is only to be planned. */
export interface PlanningSession {
  readonly session: Session;
  begin(options: Options): void;
}

/** The session for all commands of one run: with `--plan` the first change ends the command. */
export function planningSession(session: Session): PlanningSession {
  let options: Options = {};
  return {
    session: {
      ...session,
      withAgent: (use) =>
        session.withAgent((agent) =>
          use(isPlanned(options) ? planningAgent(session, agent, options) : agent),
        ),
    },
    begin: (given) => {
      options = given;
    },
  };
}

/** `--simulate` is the word of pcs for it. */
function isPlanned(options: Options): boolean {
  return isGiven(options, "plan") || isGiven(options, "simulate");
}

function planningAgent(session: Session, agent: AgentClient, options: Options): AgentClient {
  return {
    ...agent,
    apply: async (changes, how = {}) => {
      if (how.isDryRun === true) return agent.apply(changes, how);
      const present = await readLiveInput(agent);
      const { notes, input } = await agent.apply(changes, { ...how, isDryRun: true });
      return showPlan(session, options, { present, changed: input ?? present, notes });
    },
    runCommand: async (command) => {
      const [present, { localNode }, { supposeCommand, tellCommand }] = await Promise.all([
        readLiveInput(agent),
        agent.getStatus(),
        import("../what-if/index.ts"),
      ]);
      checkCommand(present, command, localNode);
      const changed = supposeCommand(present, command, localNode);
      const tell: PlanInQuestion["tell"] = (effects) => tellCommand(effects, command, present);
      return showPlan(session, options, { present, changed, notes: [], tell });
    },
  };
}

function asPlan(note: string): string {
  return note.replace(/^Removing /, "Would remove ");
}

/** Throws what the agent would refuse. */
function checkCommand(input: SchedulerInput, command: ClusterCommand, localNode: NodeName): void {
  if (command.kind === "setTransientAttributes" && command.node !== localNode) {
    const { node } = command;
    throw failed(`attributes of ${node}: set them on that node; this is ${localNode}`);
  }
  if (!("resource" in command) || command.resource === null) return;
  const { resource } = command;
  if (isKnownResource(input, resource)) return;
  const expected = 'no resource with this id; "lbctl resource" lists them';
  const path = `resource "${resource}"`;
  throw refusedBy([{ code: "unknown-resource", path, found: "", expected }]);
}

function isKnownResource({ cib, histories }: SchedulerInput, id: ResourceId): boolean {
  if (findResource(cib, id) !== null || findResource(cib, withoutNumber(id)) !== null) {
    return true;
  }
  return histories.some(({ resources }) => resources.some(({ resource }) => resource === id));
}

interface PlanInQuestion {
  readonly present: SchedulerInput;
  readonly changed: SchedulerInput;
  readonly notes: readonly string[];
  /** Puts right what only the command knows. */
  readonly tell?: (effects: readonly Effect[]) => readonly Effect[];
}

async function showPlan(
  session: Session,
  options: Options,
  { present, changed, notes, tell = (effects) => effects }: PlanInQuestion,
): Promise<never> {
  const { planEffects } = await import("../what-if/index.ts");
  const planned = planEffects(present, changed);
  const effects = { ...planned, effects: tell(planned.effects) };
  if (isJson(options)) {
    session.terminal.out(JSON.stringify({ notes, ...effects }, null, 2));
  } else {
    const { renderPlan } = await import("../render/render-transition-plan.ts");
    session.terminal.out(renderPlan(effects));
    // Warnings, and what would go: what was added belongs to a change that was made.
    printNotes(
      session,
      notes
        .filter((note) => note.startsWith("Warning:") || note.startsWith("Removing "))
        .map(asPlan),
    );
  }
  throw new CtlError(EXIT.done);
}
