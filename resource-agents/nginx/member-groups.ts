import { gatherGroups, type MemberGroup, parseMember } from "../web-checks/index.ts";
import type { Directive } from "./parse-config.ts";

const PASSES = /^(?:proxy|grpc|fastcgi|uwsgi|scgi|memcached)_pass$/;
const PORT_DEFAULT = 80;
const PORT_TLS = 443;

/**
 * What requests are passed on to: the servers of each upstream that are not marked as down, and
 * places that are named without one. What is in a variable, or a socket in a file, is not known.
 */
export function findMemberGroups(directives: readonly Directive[]): readonly MemberGroup[] {
  const upstreams = directives.filter(({ name, block }) => name === "upstream" && block !== null);
  const names = new Set(upstreams.map(({ args }) => args[0] ?? ""));
  const ofUpstreams = upstreams.flatMap(({ args, block }) =>
    (block ?? []).flatMap((line) => {
      const isUsed = line.name === "server" && !line.args.includes("down");
      const member = isUsed ? parseMember(line.args[0] ?? "", PORT_DEFAULT) : null;
      return member === null ? [] : [{ ...member, group: args[0] ?? "" }];
    }),
  );
  const direct = directives.flatMap(({ name, args }) => {
    if (!PASSES.test(name)) return [];
    const [, scheme = "", place = ""] = /^(?:(\w+):\/\/)?([^/]*)/.exec(args[0] ?? "") ?? [];
    if (names.has(place)) return [];
    const member = parseMember(place, /s$/.test(scheme) ? PORT_TLS : PORT_DEFAULT);
    return member === null ? [] : [{ ...member, group: null }];
  });
  return gatherGroups([...ofUpstreams, ...direct]);
}
