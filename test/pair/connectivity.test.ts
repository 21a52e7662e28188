import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import {
  formGuidePair,
  must,
  openPair,
  type Pair,
  placeOf,
  resourceIn,
  run,
  untilServedBy,
  untilStatus,
  untilTrue,
} from "./pair.ts";

/** The client's addresses stand for the gateway. */
const GATEWAYS = "192.168.33.1 fd33::1";

/** A host's pings are lost from now on; tokens and the service are not. */
const LOSE_PINGS =
  "table inet silent {\nchain out {\ntype filter hook output priority 0;\n" +
  "icmp type echo-request drop\nicmpv6 type echo-request drop\n}\n}\n";

suite("pair: a node that does not reach its gateway", function () {
  this.timeout(120_000);
  let pair: Pair;

  suiteSetup(async () => {
    pair = await openPair();
    await formGuidePair(pair);
  });
  suiteTeardown(async () => {
    await pair?.lab.close();
  });

  test("ping keeps an attribute on both nodes, and a rule moves the service away", async () => {
    const { first } = pair;
    const values = `host_list="${GATEWAYS}" multiplier=1000 dampen=1s attempts=1 timeout=1`;
    await must(
      first,
      `lbctl resource create gateway ocf:pacemaker:ping ${values} op monitor interval=1s`,
    );
    await must(first, "lbctl resource clone gateway");
    for (const host of pair.lab.hosts) {
      await untilTrue(`pingd of ${host.name} is 2000`, async () => {
        const { stdout } = await run(first, `lbctl node attribute ${host.name} pingd`);
        return stdout.includes("2000");
      });
    }
    const rule = "pingd lt 1 or not_defined pingd";
    await must(first, `lbctl constraint location virtual_ip rule score=-INFINITY ${rule}`);
    const placed = await untilStatus(
      first,
      "all started",
      (status) => placeOf(resourceIn(status, "webserver")) !== "" && status.pending.length === 0,
    );
    const active = pair.lab.host(placeOf(resourceIn(placed, "webserver")));
    const other = pair.lab.peerOf(active);
    await must(active, "nft -f -", LOSE_PINGS);
    await untilServedBy(pair, other.name);
    await must(active, "nft delete table inet silent");
    await untilTrue(`pingd of ${active.name} is 2000 again`, async () => {
      const { stdout } = await run(first, `lbctl node attribute ${active.name} pingd`);
      return stdout.includes("2000");
    });
    await must(first, "lbctl resource delete gateway");
    await untilTrue("the attribute is gone", async () => {
      const { stdout } = await run(first, `lbctl node attribute ${active.name} pingd`);
      return !stdout.includes("2000");
    });
  });
});
