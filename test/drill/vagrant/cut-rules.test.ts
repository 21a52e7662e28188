import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cutRules, NO_RULES } from "./cut-rules.ts";

const MACS = ["52:54:00:00:00:01", "52:54:00:00:00:02"];

/** What nft says of rules, in a network of its own; the second time they are there already. */
function apply(rules: string) {
  const script = 'nft -f "$0" && nft -f "$0" && nft list ruleset';
  const argv = ["--net", "sh", "-c", `printf '%s' "$1" >"$0"; ${script}; rm -f "$0"`];
  const file = `/tmp/lb-cut-rules-${process.pid}`;
  return spawnSync("unshare", [...argv, file, rules], { encoding: "utf8" });
}

suite("rules that cut hosts of the Vagrantfile", () => {
  test("drop all from the peer, ARP too", () => {
    const { stdout, stderr } = apply(cutRules(MACS));
    assert.equal(stderr, "");
    assert.match(
      stdout,
      /table inet lb_drill[\s\S]*ether saddr \{ 52:54:00:00:00:01, [^}]*\} drop/,
    );
    assert.match(stdout, /table arp lb_drill[\s\S]*arp saddr ether \{ [^}]*\} drop/);
  });

  test("drop datagrams to ports of the agents, and nothing else", () => {
    const { stdout, stderr } = apply(cutRules(MACS, [5405, 5406]));
    assert.equal(stderr, "");
    assert.match(stdout, /udp dport \{ 5405, 5406 \} ether saddr \{ [^}]*\} drop/);
    assert.doesNotMatch(stdout, /table arp/);
  });

  test("are gone after the heal", () => {
    const { stdout, stderr } = apply(`${cutRules(MACS)}${NO_RULES}`);
    assert.deepEqual([stderr, stdout], ["", ""]);
  });
});
