import type { LogFields } from "./event-names.ts";

const VALUE_MAX_CHARACTERS = 2048;
const HIDDEN = "(hidden)";
const SECRET_NAME = /pass(word|wd|phrase)?$|secret|authkey|credential|private/i;
/** An authkey as text: 32 bytes in hexadecimal digits. */
const LONG_HEXADECIMAL = /\b[0-9a-f]{64,}\b/gi;
/** `name=value` and `--name value` of command lines and parameters. */
const ASSIGNED = /\b([\w-]*(?:passw(?:or)?d|passphrase|secret|authkey))(\s*[=:]\s*|\s+)\S+/gi;

/** A copy of the fields without secrets and with bounded texts. */
export function redactFields(fields: LogFields, secrets: readonly string[]): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      if (SECRET_NAME.test(name)) return [name, HIDDEN];
      return [name, typeof value === "string" ? redactText(value, secrets) : value];
    }),
  );
}

function redactText(text: string, secrets: readonly string[]): string {
  const hidden = secrets
    .reduce((left, secret) => left.replaceAll(secret, HIDDEN), text)
    .replace(LONG_HEXADECIMAL, HIDDEN)
    .replace(ASSIGNED, `$1$2${HIDDEN}`);
  // Cut last: half of a secret would no longer be recognised.
  return hidden.length > VALUE_MAX_CHARACTERS
    ? `${hidden.slice(0, VALUE_MAX_CHARACTERS)}…`
    : hidden;
}
