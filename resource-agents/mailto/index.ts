/** ocf:heartbeat:MailTo, see README.md of this folder. */
import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import type { AgentContext, AgentMetadata, AgentResult, ResourceAgent } from "../contract.ts";
import { failed, OCF, SUCCEEDED, textParameter } from "../contract.ts";
import { findProgram } from "../find-program.ts";

/** The next member of a group is not kept waiting longer than this. */
const MAIL_WAIT_MAX_MS = 1000;
const MAIL_TIMEOUT_MS = 8000;
const RECIPIENTS_MAX = 32;
const SUBJECT_DEFAULT = "Resource Group";
/**
 * A user or an address. Mailers take names that begin with a bar, a slash or a sign for commands,
 * files and options.
 */
const RECIPIENT = /^[A-Za-z0-9_][A-Za-z0-9_.+=%-]*(@[A-Za-z0-9][A-Za-z0-9.-]*)?$/;
const MAILERS: readonly string[] = ["mail", "mailx", "sendmail"];

const MAILTO_METADATA: AgentMetadata = {
  standard: "ocf",
  provider: "heartbeat",
  type: "MailTo",
  version: "1.0",
  shortDescription: "Tells people by mail that resources move",
  longDescription:
    "Sends a mail when it is started and one when it is stopped, by the mailer of the host. Put " +
    "it into the group of what it reports on. A mail that cannot be sent is logged, no failure.",
  parameters: [
    {
      name: "email",
      type: "string",
      isRequired: true,
      isUnique: false,
      defaultValue: "",
      shortDescription: "Recipients",
      longDescription: "Users or mail addresses, with spaces or commas between them.",
    },
    {
      name: "subject",
      type: "string",
      isRequired: false,
      isUnique: false,
      defaultValue: SUBJECT_DEFAULT,
      shortDescription: "Beginning of the subject",
      longDescription: "What happened, when and on which host is appended.",
    },
  ],
  actions: [
    { name: "start", timeoutMs: 10_000, intervalMs: 0 },
    { name: "stop", timeoutMs: 10_000, intervalMs: 0 },
    { name: "monitor", timeoutMs: 10_000, intervalMs: 10_000, depth: 0 },
    { name: "meta-data", timeoutMs: 5_000, intervalMs: 0 },
    { name: "validate-all", timeoutMs: 5_000, intervalMs: 0 },
  ],
};

/** The resource agent that sends a mail when its group moves. */
export const MAILTO_AGENT: ResourceAgent = {
  metadata: MAILTO_METADATA,
  start: async (context) => {
    const refusal = checkParameters(context);
    if (refusal !== null) return refusal;
    if (await isStarted(context)) return SUCCEEDED;
    return await change(context, "Takeover in progress", async (path) => {
      await mkdir(context.runFolder, { recursive: true });
      await writeFile(path, "");
    });
  },
  stop: async (context) => {
    if (!(await isStarted(context))) return SUCCEEDED;
    return await change(context, "Migrating resource away", (path) => rm(path, { force: true }));
  },
  monitor: async (context) => {
    if (await isStarted(context)) return SUCCEEDED;
    return failed(OCF.NOT_RUNNING, `state file "${stateFile(context)}": not there`);
  },
  validate: async (context) => {
    const refusal = checkParameters(context);
    if (refusal !== null) return refusal;
    return findMailer() === null ? failed(OCF.ERR_INSTALLED, explainNoMailer()) : SUCCEEDED;
  },
  checkReadiness: async (context) => {
    const refusal = checkParameters(context);
    if (refusal !== null) return [{ severity: "blocks", problem: refusal.reason, remedy: "" }];
    if (findMailer() !== null) return [];
    return [{ severity: "warns", problem: explainNoMailer(), remedy: "" }];
  },
};

function checkParameters(context: AgentContext): AgentResult | null {
  const recipients = recipientsOf(context);
  if (recipients.length === 0) {
    return failed(OCF.ERR_CONFIGURED, "email missing: expected users or mail addresses");
  }
  if (recipients.length > RECIPIENTS_MAX) {
    const found = `email of ${recipients.length} recipients`;
    return failed(OCF.ERR_CONFIGURED, `${found}: expected at most ${RECIPIENTS_MAX}`);
  }
  const wrong = recipients.find((recipient) => !RECIPIENT.test(recipient));
  if (wrong === undefined) return null;
  return failed(OCF.ERR_CONFIGURED, `email "${wrong}": expected a user or a mail address`);
}

function recipientsOf(context: AgentContext): string[] {
  const text = textParameter(context, "email") ?? "";
  return text.split(/[\s,]+/).filter((word) => word !== "");
}

async function change(
  context: AgentContext,
  what: string,
  act: (path: string) => Promise<void>,
): Promise<AgentResult> {
  const path = stateFile(context);
  try {
    await act(path);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return failed(OCF.ERR_GENERIC, `state file "${path}": ${error.message}`);
  }
  // A mailer that hangs must not hold up what follows in the group; it goes on by itself.
  await Promise.race([send(context, what), context.wait(MAIL_WAIT_MAX_MS)]);
  return SUCCEEDED;
}

/** Sends by the mailer that is there; every failure is a line in the log. Never rejects. */
async function send(context: AgentContext, what: string): Promise<void> {
  const recipients = recipientsOf(context).filter((recipient) => RECIPIENT.test(recipient));
  const mailer = findMailer();
  if (mailer === null) return context.log(explainNoMailer());
  if (recipients.length === 0) return;
  const begin = oneLine(textParameter(context, "subject") ?? SUBJECT_DEFAULT);
  const host = context.node ?? hostname();
  const subject = `${begin} ${what} at ${new Date().toUTCString()} on ${host}`;
  const body = `${subject}\n\nThe resource that sent this is ${oneLine(context.resource)}.\n`;
  const isSendmail = mailer.endsWith("/sendmail");
  const head = `To: ${recipients.join(", ")}\nSubject: ${subject}\n\n`;
  const result = await context.run(
    mailer,
    isSendmail ? ["-i", ...recipients] : ["-s", subject, ...recipients],
    { timeoutMs: MAIL_TIMEOUT_MS, input: isSendmail ? `${head}${body}` : body },
  );
  if (result.kind === "exited" && result.status === 0) return;
  const how = result.kind === "exited" ? `status ${result.status} ${result.stderr}` : result.kind;
  context.log(oneLine(`mail to ${recipients.join(", ")}: not sent, ${mailer}: ${how}`));
}

function findMailer(): string | null {
  for (const name of MAILERS) {
    const path = findProgram(name);
    if (path !== null) return path;
  }
  return null;
}

function explainNoMailer(): string {
  return `mailer: none found in PATH, expected one of ${MAILERS.join(", ")}`;
}

async function isStarted(context: AgentContext): Promise<boolean> {
  return await stat(stateFile(context)).then(
    () => true,
    () => false,
  );
}

function stateFile(context: AgentContext): string {
  const name = context.resource.replace(/[^A-Za-z0-9_.-]/g, "_");
  return join(context.runFolder, `MailTo-${name}.state`);
}

/** Without the ends of lines that would begin another header. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, " ").trim();
}
