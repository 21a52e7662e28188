/**
 * What a server says of a mistake in its configuration: the file and the line first, once, and then
 * the server's own words.
 */

const FORMS: readonly RegExp[] = [
  // httpd: `AH00526: Syntax error on line 3 of /etc/httpd/conf/httpd.conf:; Invalid command 'Foo'`.
  /^(?:AH[0-9]+: )?Syntax error on line (?<line>[0-9]+) of (?<file>\S+?):[;\s]*(?<words>.+)$/s,
  // nginx: `[emerg] unknown directive "foo" in /etc/nginx/nginx.conf:3`.
  /^\[\w+\]\s+(?<words>.+) in (?<file>\/\S+):(?<line>[0-9]+)$/s,
  // HAProxy: `config : parsing [/etc/haproxy/haproxy.cfg:6] : unknown keyword 'foo'`.
  /^config\s*:\s*parsing \[(?<file>[^\]]+):(?<line>[0-9]+)\]\s*:\s*(?<words>.+)$/s,
];

/** The complaint with the place in front, or as it is where it names none in the known form. */
export function placeFirst(complaint: string): string {
  for (const form of FORMS) {
    const { file, line, words } = form.exec(complaint)?.groups ?? {};
    if (file !== undefined && words !== undefined) return `${file}:${line}: ${words}`;
  }
  return complaint;
}

/** A complaint with the file that was read, unless it begins with a place itself. */
export function withFile(file: string, complaint: string): string {
  return /^\S+:[0-9]+: /.test(complaint) ? complaint : `${file}: ${complaint}`;
}

/** What to do about a mistake in a configuration: the command only says whether it is gone. */
export function verifyWith(words: readonly string[]): string {
  return `correct it, then verify: ${words.join(" ")}`;
}
