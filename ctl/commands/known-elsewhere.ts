/** Commands of pcs that have another name here, or none: what to say to whoever types them. */

const NO_DEVICES =
  "fence devices cannot be created; a configuration with some can be imported (lbctl cib import)";

/** By the words after `pcs`. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ["cluster cib", "use 'lbctl cib export'"],
  ["cluster cib-push", "use 'lbctl cib import FILE'"],
  ["cluster cib-upgrade", "the stored configuration needs none"],
  ["cluster edit", "use 'lbctl cib export', an editor and 'lbctl cib import FILE'"],
  ["cluster verify", "use 'lbctl verify'"],
  ["cluster auth", "use 'lbctl cluster token' and 'lbctl cluster join'"],
  ["cluster node", "a cluster has two nodes: 'lbctl cluster join' adds the second"],
  ["cluster kill", "stop the agent with 'lbctl cluster stop'"],
  ["cluster report", "see 'lbctl status --full', 'lbctl config' and the journal"],
  ["cluster sync", "'lbctl cluster token' and 'join --force' bring the files to the other node"],
  ["host", "use 'lbctl cluster token' and 'lbctl cluster join'"],
  ["resource relations", "use 'lbctl explain ID' and 'lbctl constraint ref ID'"],
  ["stonith create", NO_DEVICES],
  ["stonith update", NO_DEVICES],
  ["stonith status", `use 'lbctl status'; ${NO_DEVICES}`],
  ["stonith config", `use 'lbctl resource config'; ${NO_DEVICES}`],
  ["stonith fence", "nodes are fenced by the cluster alone"],
  ["stonith history", "see 'lbctl status --full'"],
  ["alert", "there are no alerts; 'lbctl mon' shows what changes"],
  ["acl", "there are no access lists: whoever may use the socket may do all"],
  ["booth", "there are no tickets"],
  ["constraint ticket", "there are no tickets"],
  ["quorum update", "'lbctl cluster setup --force' writes the files anew"],
  ["quorum device", "there is no quorum device"],
]);

/** What to use instead of a command of pcs; null: it is not known either. */
export function findElsewhere(words: string): string | null {
  return ELSEWHERE.get(words) ?? null;
}
