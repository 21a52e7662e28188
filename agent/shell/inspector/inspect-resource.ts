import type { AgentContext, ResourceAgent } from "../../../resource-agents/contract.ts";
import { OCF } from "../../../resource-agents/contract.ts";
import { compareText } from "../../core/base/index.ts";
import type { ComparedFact, ReadinessFinding, ResourceInspection } from "../../core/model/index.ts";
import { oneLine } from "../executor/index.ts";
import type { FileDigests } from "./file-digests.ts";

/** The own check of an agent that knows nothing of readiness costs a shell: not each time. */
const VALIDATED_EACH = 10;
/** What one resource may say; more of it would be an agent gone wild. */
const FINDINGS_MAX = 50;
const FACTS_MAX = 1000;
const REMEDY_MAX_CHARACTERS = 200;

/** What one look at a resource works with. */
export interface Look {
  readonly context: AgentContext;
  /** What was found the last time with the same parameters. */
  readonly before: ResourceInspection | undefined;
  readonly digests: FileDigests;
  /** How many looks there were before. */
  readonly pass: number;
}

/** Asks an agent whether its resource could be started here, and what it reads here. */
export async function inspectResource(
  agent: ResourceAgent,
  look: Look,
): Promise<ResourceInspection> {
  const findings = await findProblems(agent, look);
  const facts = await listFacts(agent, look);
  return {
    resource: look.context.resource,
    findings: findings.slice(0, FINDINGS_MAX).map(({ severity, problem, remedy }) => ({
      severity,
      problem: oneLine(problem),
      remedy: oneLine(remedy).slice(0, REMEDY_MAX_CHARACTERS),
    })),
    facts,
  };
}

async function findProblems(
  agent: ResourceAgent,
  { context, before, pass }: Look,
): Promise<readonly ReadinessFinding[]> {
  if (agent.checkReadiness !== undefined) return agent.checkReadiness(context);
  if (before !== undefined && pass % VALIDATED_EACH !== 0) return before.findings;
  const { status, reason } = await agent.validate(context);
  if (status === OCF.SUCCESS || status === OCF.ERR_UNIMPLEMENTED) return [];
  const words = reason === "" ? `its own check ended with status ${status}` : reason;
  return [{ severity: "blocks", problem: words, remedy: "" }];
}

async function listFacts(
  agent: ResourceAgent,
  { context, digests }: Look,
): Promise<readonly ComparedFact[]> {
  const items = (await agent.listCompared?.(context)) ?? [];
  const facts: ComparedFact[] = [];
  for (const item of items.slice(0, FACTS_MAX)) {
    const { kind, name } = item;
    const value = kind === "file" ? await digests.of(name) : item.value;
    facts.push({ kind, name, value: oneLine(value) });
  }
  const key = ({ kind, name }: ComparedFact): string => `${kind} ${name}`;
  return facts.sort((a, b) => compareText(key(a), key(b)));
}
