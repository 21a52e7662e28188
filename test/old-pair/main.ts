import assert from "node:assert/strict";
import { parseCorosync } from "../../ctl/cluster-import/parse-corosync.ts";
import type { Host } from "../lab/index.ts";
import { must, openPair, run, startBoth, untilServedBy, untilServing } from "../pair/pair.ts";
import { OLD_FILES, prepareHosts, startOldPair, stopOldPair } from "./old-pair.ts";

// Takes a pair of corosync and Pacemaker over, both real, and compares what is read of
// corosync.conf with what corosync says of it: npm run test:cluster-import
// Needs root, corosync, pacemaker and pcs. Prints what it did; exit 1: something was otherwise.

const TIMED_RUNS = 11;

const NODES =
  "nodelist {\n node {\n  ring0_addr: 127.0.0.1\n  nodeid: 1\n  name: one\n }\n" +
  " node {\n  ring0_addr: 127.0.0.2\n  nodeid: 2\n  name: two\n }\n}\n";
const TOTEM = "totem {\n version: 2\n cluster_name: web\n";

/** Texts that corosync takes or refuses for their form alone. */
const FORMS: readonly (readonly [what: string, text: string])[] = [
  ["plain", `${TOTEM}}\n${NODES}`],
  ["line ends of Windows", `${TOTEM}}\n${NODES}`.replaceAll("\n", "\r\n")],
  ["empty value", `${TOTEM} keyfile:\n}\n${NODES}`],
  ["colon in a value", `${TOTEM} keyfile: a:b\n}\n${NODES}`],
  ["unknown setting", `${TOTEM} frobnicate: 3\n}\n${NODES}`],
  ["unknown section", `${TOTEM}}\nfrobs {\n frob: 1\n}\n${NODES}`],
  ["setting outside of sections", `compatibility: none\n${TOTEM}}\n${NODES}`],
  ["section twice", `${TOTEM}}\n${TOTEM} token: 9000\n}\n${NODES}`],
  ["comment with a brace", `# {\n${TOTEM}}\n${NODES}`],
  ["no closing brace", TOTEM + NODES],
  ["closing brace too many", `${TOTEM}}\n}\n${NODES}`],
  ["brace on the next line", `totem\n{\n version: 2\n}\n${NODES}`],
  ["section on one line", `totem { version: 2 }\n${NODES}`],
  ["text behind an opening brace", `totem { x\n version: 2\n}\n${NODES}`],
  ["comment behind a closing brace", `${TOTEM}} # end\n${NODES}`],
  ["no colon", `totem {\n version 2\n}\n${NODES}`],
  ["no name of a section", `{\n version: 2\n}\n${NODES}`],
  ["a line of 3000 characters", `${TOTEM} keyfile: ${"a".repeat(3000)}\n}\n${NODES}`],
];

const pair = await openPair({ secondLink: true });
try {
  await prepareHosts(pair);
  await compareForms();
  await takeOver();
} finally {
  await pair.lab.close();
}

/** Both take a text or both refuse it. */
async function compareForms(): Promise<void> {
  for (const [what, text] of FORMS) {
    await must(pair.first, "cat > /tmp/form.conf", text);
    const { status, stdout, stderr } = await run(pair.first, "corosync -t -c /tmp/form.conf");
    const takes = parseCorosync(text).kind === "sections";
    console.log(`form: ${what}: ${status === 0 ? "taken" : "refused"}`);
    assert.equal(takes, status === 0, `${what}: corosync says ${stdout}${stderr}`);
  }
}

/** The old pair serves, is stopped, and a pair made from its files serves the same. */
async function takeOver(): Promise<void> {
  const { first, second } = pair;
  await startOldPair(pair);
  const old = await must(first, "crm_mon -1");
  const [, oldNode = ""] = /virtual_ip\s+\S+\s+Started (\S+)/.exec(old) ?? [];
  await untilServedBy(pair, oldNode);
  console.log(`old pair: corosync and Pacemaker serve from ${oldNode}`);
  const pcsMs = await medianMs(first, "pcs status");
  await stopOldPair(pair);
  const words = `${OLD_FILES.corosync} ${OLD_FILES.cib}`;
  await must(first, `lbctl cluster import ${words}`);
  await must(second, "lbctl cluster join -", await must(first, "lbctl cluster token"));
  await startBoth(pair);
  await must(first, `lbctl cluster import ${words}`);
  const active = await untilServing(pair);
  await untilServedBy(pair, active.name);
  console.log(`new pair: lb-agent serves from ${active.name}`);
  const lbctlMs = await medianMs(first, "lbctl status");
  const ratio = (lbctlMs / pcsMs).toFixed(2);
  console.log(`status: lbctl ${lbctlMs} ms, pcs ${pcsMs} ms, ratio ${ratio}`);
  await must(first, "lbctl cib export > /tmp/exported.xml");
  for (const what of ["resource", "constraint", "resource defaults", "resource op defaults"]) {
    // In another order, and without a unit behind 0.
    const shown = async (file: string): Promise<readonly string[]> =>
      (await must(first, `pcs -f ${file} ${what} config`))
        .replaceAll("interval=0\n", "interval=0s\n")
        .split("\n")
        .sort();
    assert.deepEqual(await shown("/tmp/exported.xml"), await shown(OLD_FILES.cib), what);
  }
  console.log(
    "new pair: pcs shows its resources, constraints and defaults as those of the old one",
  );
}

/** How long a command takes on a host, of several times the middle one. */
async function medianMs(host: Host, command: string): Promise<number> {
  const times: number[] = [];
  for (let again = 0; again < TIMED_RUNS; again++) {
    const startedAt = performance.now();
    await must(host, command);
    times.push(performance.now() - startedAt);
  }
  const middle = times.sort((one, other) => one - other)[Math.floor(TIMED_RUNS / 2)];
  return Math.round(middle ?? assert.fail("no time"));
}
