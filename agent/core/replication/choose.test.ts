import assert from "node:assert/strict";
import { decideOwnership, electDc, type Side } from "./choose.ts";

interface Given {
  readonly epoch?: number;
  readonly memberForMs?: number;
  readonly active?: Readonly<Record<string, number | null>>;
}

function side(nodeId: number, { epoch = 1, memberForMs = 1000, active = {} }: Given): Side {
  const version = { adminEpoch: 0, epoch, numUpdates: 0 };
  const list = Object.entries(active).map(([resource, forMs]) => ({ resource, forMs }));
  return { nodeId, hello: { stamp: { version, digest: "" }, memberForMs, active: list } };
}

suite("DC election", () => {
  const rows = [
    ["the newer CIB counts before the longer membership", { epoch: 2 }, { memberForMs: 9000 }, 1],
    ["then the longer membership", { memberForMs: 10 }, { memberForMs: 9000 }, 2],
    ["then the lower id", {}, {}, 1],
  ] as const;
  for (const [name, one, two, dc] of rows) {
    test(name, () => {
      assert.equal(electDc(side(1, one), side(2, two)), dc);
      assert.equal(electDc(side(2, two), side(1, one)), dc, "the same from the other side");
    });
  }
});

suite("ownership after a split", () => {
  test("the side that took over last keeps what both have", () => {
    const one = side(1, { active: { ip: 90_000, web: 90_000 } });
    const two = side(2, { active: { ip: 4000, web: 3900 } });
    assert.deepEqual(decideOwnership(one, two), { shared: ["ip", "web"], keeper: 2 });
    assert.equal(decideOwnership(two, one).keeper, 2);
  });

  test("one side keeps all that is shared, also what it started first", () => {
    const one = side(1, { active: { ip: 100, web: 90_000 } });
    const two = side(2, { active: { ip: 4000, web: 3900 } });
    assert.equal(decideOwnership(one, two).keeper, 1);
  });

  test("what a fresh agent found running loses against what was started knowingly", () => {
    const one = side(1, { active: { web: null } });
    const two = side(2, { active: { web: 90_000 } });
    assert.equal(decideOwnership(one, two).keeper, 2);
  });

  test("nothing shared: nobody has to drop anything", () => {
    const one = side(1, { active: { ip: 5 } });
    assert.deepEqual(decideOwnership(one, side(2, {})), { shared: [], keeper: null });
  });
});
