import type { AgentContext } from "../contract.ts";
import { stampFile } from "../host-checks/index.ts";

const ANSWER_TIMEOUT_MS = 5000;
const CACHED_MAX = 32;

/** Answers by binary, option and the file's stamp. */
const answers = new Map<string, string>();

/**
 * What a server's binary says of itself for an option such as -V, on standard output and then on
 * standard error. Asked again only when the file is another. Null when it says nothing.
 */
export async function askBinary(
  context: AgentContext,
  binary: string,
  option: string,
): Promise<string | null> {
  const key = answerKey(binary, option);
  if (key === null) return null;
  const known = answers.get(key);
  if (known !== undefined) return known;
  const result = await context.run(binary, [option], { timeoutMs: ANSWER_TIMEOUT_MS });
  if (result.kind !== "exited" || result.status !== 0) return null;
  const answer = `${result.stdout}\n${result.stderr}`.trim();
  if (answer === "") return null;
  if (answers.size >= CACHED_MAX) answers.clear();
  answers.set(key, answer);
  return answer;
}

/** What the binary said when it was asked; null before that. */
export function knownAnswer(binary: string, option: string): string | null {
  const key = answerKey(binary, option);
  return key === null ? null : (answers.get(key) ?? null);
}

function answerKey(binary: string, option: string): string | null {
  const stamp = stampFile(binary);
  return stamp === null ? null : JSON.stringify([binary, option, stamp]);
}
