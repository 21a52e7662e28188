import assert from "node:assert/strict";
import { suite, test } from "mocha";
import { exampleInput, nodeStatus } from "../../test/what-if/example.ts";
import { explainFacts } from "./explain-resource.ts";

const dummy = (id: string): string =>
  `<primitive id="${id}" class="ocf" provider="heartbeat" type="apache"/>`;
const RUNNING = { address: ["start 0"], server: ["start 0"] };

/** What would bring `server`, which is beside `address` on ip1, to ip2. */
function remedies(constraints: string, resource = "server") {
  const input = exampleInput({
    resources: dummy("address") + dummy("server"),
    constraints,
    status: nodeStatus("ip1", RUNNING) + nodeStatus("ip2", {}),
  });
  const found = explainFacts(input, resource)?.explanation.places;
  const place = found?.find(({ node }) => node === "ip2") ?? assert.fail("no ip2");
  return place.remedies.map(({ command, effect }) => `${command}: ${effect}`);
}

const BESIDE = '<rsc_colocation id="ab" rsc="server" with-rsc="address" score="INFINITY"/>';

suite("what brings a resource to a node that follows another", () => {
  test("is the move of the other, and not the end of what keeps them together", () => {
    assert.deepEqual(remedies(BESIDE), [
      "lbctl resource move address ip2: moves address there, and server with it",
    ]);
  });

  test("is what keeps the other from the node", () => {
    const ban = '<rsc_location id="cli-ban-address-on-ip2" rsc="address" node="ip2"';
    assert.deepEqual(remedies(`${BESIDE}${ban} score="-INFINITY"/>`), [
      "lbctl resource clear address: takes back what resource move or ban has left",
    ]);
  });

  test("a constraint of the configuration is given up with what it says of the node", () => {
    const away = '<rsc_location id="away" rsc="server" node="ip2" score="-INFINITY"/>';
    assert.deepEqual(remedies(away), [
      "lbctl constraint delete away: lets ip2 count like every other node",
    ]);
  });

  test("colocations in a circle end", () => {
    const back = '<rsc_colocation id="ba" rsc="address" with-rsc="server" score="INFINITY"/>';
    assert.ok(remedies(BESIDE + back).length > 0);
  });

  test("a colocation that keeps apart is given up in words that say so", () => {
    const apart = '<rsc_colocation id="x" rsc="server" with-rsc="address" score="-INFINITY"/>';
    const input = exampleInput({
      resources: dummy("address") + dummy("server"),
      constraints: apart,
      status:
        nodeStatus("ip1", { address: ["start 0"] }) + nodeStatus("ip2", { server: ["start 0"] }),
    });
    const places = explainFacts(input, "server")?.explanation.places ?? [];
    const told = places.flatMap((place) => place.remedies).map(({ effect }) => effect);
    assert.deepEqual(told, [
      "gives up that server and address run apart: both may then be on one node",
    ]);
  });
});
