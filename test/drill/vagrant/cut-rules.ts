const TABLE = "lb_drill";
const HOOK = "type filter hook input priority -300";

/** For `nft -f`: takes the drill's rules away, which may not be there. */
export const NO_RULES = ["inet", "arp"]
  .map((family) => `table ${family} ${TABLE}\ndelete table ${family} ${TABLE}\n`)
  .join("");

/**
 * For `nft -f`: in place of earlier rules, drops what comes from these hardware addresses: all of
 * it, or datagrams to these ports.
 */
export function cutRules(macs: readonly string[], ports?: readonly number[]): string {
  const from = `{ ${macs.join(", ")} }`;
  const what = ports === undefined ? "" : `udp dport { ${ports.join(", ")} } `;
  const ip = tableOf("inet", `${what}ether saddr ${from} drop`);
  const arp = ports === undefined ? tableOf("arp", `arp saddr ether ${from} drop`) : "";
  return `${NO_RULES}${ip}${arp}`;
}

function tableOf(family: string, rule: string): string {
  return `table ${family} ${TABLE} {\n chain cut {\n  ${HOOK}\n  ${rule}\n }\n}\n`;
}
