import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setup, suite, teardown, test } from "mocha";
import {
  type AddressTable,
  type ComparedItem,
  failed,
  OCF,
  type ReadinessFinding,
  type ResourceAgent,
  SUCCEEDED,
} from "../../../resource-agents/contract.ts";
import type {
  Inspection,
  OperationOrder,
  ResourceInspection,
  ShownFile,
} from "../../core/model/index.ts";
import { questionContext } from "../executor/index.ts";
import { FileDigests } from "./file-digests.ts";
import { type Inspector, openFileReader, openInspector } from "./index.ts";
import { inspectResource } from "./inspect-resource.ts";

const ORDER: OperationOrder = {
  resource: "web",
  agent: { standard: "ocf", provider: "test", type: "Web" },
  operation: "monitor",
  parameters: {},
  intervalMs: 0,
  timeoutMs: 1000,
  checkLevel: 0,
  expectedStatus: null,
  onFail: "restart",
  digest: "",
};

/** No address is asked for here. */
const ADDRESSES: AddressTable = {
  list: () => Promise.reject(new Error("not asked for")),
  nics: () => Promise.reject(new Error("not asked for")),
  hold: () => Promise.reject(new Error("not asked for")),
  release: () => Promise.reject(new Error("not asked for")),
  whoHas: () => Promise.reject(new Error("not asked for")),
  announce: () => assert.fail("not asked for"),
};

const AGENT: ResourceAgent = {
  metadata: {
    standard: "ocf",
    provider: "test",
    type: "Web",
    version: "1",
    shortDescription: "",
    longDescription: "",
    parameters: [],
    actions: [],
  },
  start: async () => SUCCEEDED,
  stop: async () => SUCCEEDED,
  monitor: async () => SUCCEEDED,
  validate: async () => SUCCEEDED,
};

let folder: string;

setup(() => {
  folder = mkdtempSync(join(tmpdir(), "lb-inspector-"));
});

teardown(() => rmSync(folder, { recursive: true }));

function portsWith(findAgent: (name: string) => Promise<ResourceAgent | null>) {
  const runCommand = () => Promise.reject(new Error("not asked for"));
  return { addresses: ADDRESSES, runCommand, log: () => {}, runFolder: folder, findAgent };
}

/** The first inspection that an agent like this leads to. */
function firstInspection(
  agent: ResourceAgent | null,
  orders: readonly OperationOrder[] = [ORDER],
): Promise<Inspection> {
  let inspector: Inspector | null = null;
  return new Promise<Inspection>((resolve) => {
    inspector = openInspector({
      ...portsWith(() => Promise.resolve(agent)),
      resources: () => orders,
      isBusy: () => false,
      occasion: () => "0.1.0",
      onInspected: resolve,
    });
  }).finally(() => inspector?.close());
}

/** What two looks find of one resource; how many have ended decides what each finds here. */
async function twoLooks(
  host: (ended: number) => {
    readonly agent?: ResourceAgent | null;
    readonly order?: OperationOrder;
  },
  resourceMaxMs = 15_000,
): Promise<readonly (ResourceInspection | undefined)[]> {
  const looks: (ResourceInspection | undefined)[] = [];
  await new Promise<void>((resolve) => {
    const inspector = openInspector({
      ...portsWith(async () => {
        const { agent = AGENT } = host(looks.length);
        return agent;
      }),
      resources: () => [host(looks.length).order ?? ORDER],
      isBusy: () => false,
      occasion: () => String(looks.length),
      resourceMaxMs,
      onInspected: ({ resources }) => {
        looks.push(resources[0]);
        if (looks.length < 2) return;
        inspector.close();
        resolve();
      },
    });
  });
  return looks;
}

const BLOCKER: ReadinessFinding = { severity: "blocks", problem: "no key", remedy: "make one" };

suite("inspection of what resources need", function () {
  this.timeout(20_000);

  test("an agent's findings, and what it compares, with digests of files", async () => {
    const path = join(folder, "web.conf");
    writeFileSync(path, "Listen 80\n");
    const items: readonly ComparedItem[] = [
      { kind: "version", name: "web", value: "1.2" },
      { kind: "file", name: path },
    ];
    const agent = {
      ...AGENT,
      checkReadiness: async () => [BLOCKER],
      listCompared: async () => items,
    };
    assert.deepEqual(await firstInspection(agent), {
      resources: [
        {
          resource: "web",
          findings: [BLOCKER],
          facts: [
            { kind: "file", name: path, value: "sha256:c6f0738612c0670bb77f54ed630b6f1f" },
            { kind: "version", name: "web", value: "1.2" },
          ],
        },
      ],
    });
  });

  test("a look that is asked for has all checked anew, once the node is not busy", async () => {
    let isBusy = false;
    const [checks, ended]: [string[], number[]] = [[], []];
    const validate: ResourceAgent["validate"] = async () => {
      checks.push("validate");
      return SUCCEEDED;
    };
    let tell = (): void => {};
    const next = () => new Promise<void>((resolve) => (tell = resolve));
    const first = next();
    const inspector = openInspector({
      ...portsWith(() => Promise.resolve({ ...AGENT, validate })),
      resources: () => (isBusy ? null : [ORDER]),
      isBusy: () => isBusy,
      occasion: () => "0.1.0",
      onInspected: (_inspection, askId) => {
        ended.push(askId);
        tell();
      },
    });
    await first;
    isBusy = true;
    inspector.inspectNow(5);
    const second = next();
    isBusy = false;
    await second;
    inspector.close();
    assert.deepEqual([checks.length, ended], [2, [0, 5]]);
  });

  test("an agent is told which addresses come with the service", async () => {
    const address = { ...ORDER, resource: "address", parameters: { ip: "192.0.2.1" } };
    const checkReadiness: ResourceAgent["checkReadiness"] = async ({ comingAddresses }) => [
      { ...BLOCKER, problem: String(comingAddresses) },
    ];
    const { resources } = await firstInspection({ ...AGENT, checkReadiness }, [ORDER, address]);
    assert.equal(resources[1]?.findings[0]?.problem, "192.0.2.1");
  });

  test("an agent that is not on this node blocks", async () => {
    const { resources } = await firstInspection(null);
    assert.deepEqual(resources[0]?.findings, [
      {
        severity: "blocks",
        problem: "agent ocf:test:Web: is not on this node, or cannot be read",
        remedy: "",
      },
    ]);
  });

  test("an agent that breaks is a word about its resource", async () => {
    const agent = { ...AGENT, checkReadiness: () => Promise.reject(new Error("oh")) };
    const { resources } = await firstInspection(agent);
    assert.deepEqual(resources[0]?.findings, [
      { severity: "warns", problem: "the check broke: oh", remedy: "" },
    ]);
  });

  test("without a check of its own an agent's validation counts, and not each time", async () => {
    let calls = 0;
    const agent = {
      ...AGENT,
      validate: async () => {
        calls += 1;
        return failed(OCF.ERR_INSTALLED, "no such program");
      },
    };
    const context = questionContext(
      ORDER,
      portsWith(async () => agent),
      new AbortController().signal,
    );
    const digests = new FileDigests();
    const first = await inspectResource(agent, { context, before: undefined, digests, pass: 0 });
    const second = await inspectResource(agent, { context, before: first, digests, pass: 1 });
    assert.deepEqual(second.findings, [
      { severity: "blocks", problem: "no such program", remedy: "" },
    ]);
    assert.equal(calls, 1);
    await inspectResource(agent, { context, before: second, digests, pass: 10 });
    assert.equal(calls, 2);
  });

  test("what an agent's validation said of other parameters does not count", async () => {
    const agent: ResourceAgent = {
      ...AGENT,
      validate: async ({ parameters }) =>
        parameters["port"] === "80" ? SUCCEEDED : failed(OCF.ERR_CONFIGURED, "bad port"),
    };
    const looks = await twoLooks((ended) => {
      return { agent, order: { ...ORDER, parameters: { port: ended === 0 ? "x" : "80" } } };
    });
    const problems = looks.map((look) => look?.findings[0]?.problem);
    assert.deepEqual(problems, ["bad port", undefined]);
  });

  test("an agent that has come to this node is asked at once", async () => {
    const looks = await twoLooks((ended) => ({ agent: ended === 0 ? null : AGENT }));
    const problems = looks.map((look) => look?.findings[0]?.problem);
    const absent = "agent ocf:test:Web: is not on this node, or cannot be read";
    assert.deepEqual(problems, [absent, undefined]);
  });

  test("what could not be looked at differs from nothing", async () => {
    const items: readonly ComparedItem[] = [{ kind: "version", name: "web", value: "1.2" }];
    let asked = 0;
    const agent: ResourceAgent = {
      ...AGENT,
      checkReadiness: () => (++asked === 1 ? Promise.resolve([]) : new Promise(() => {})),
      listCompared: async () => items,
    };
    const looks = await twoLooks(() => ({ agent }), 50);
    const facts = looks.map((look) => look?.facts);
    assert.deepEqual(facts, [items, items]);
  });

  test("a new configuration is looked at without waiting for the next turn", async () => {
    let version = "0.1.0";
    let count = 0;
    await new Promise<void>((resolve) => {
      const inspector = openInspector({
        ...portsWith(async () => AGENT),
        resources: () => [ORDER],
        isBusy: () => false,
        occasion: () => version,
        onInspected: () => {
          count += 1;
          version = "0.2.0";
          if (count < 2) return;
          inspector.close();
          resolve();
        },
      });
    });
    assert.equal(count, 2);
  });

  test("a busy node looks later", async () => {
    let asked = 0;
    const looked = await new Promise<number>((resolve) => {
      const inspector = openInspector({
        ...portsWith(async () => AGENT),
        resources: () => {
          asked += 1;
          return asked < 2 ? null : [ORDER];
        },
        isBusy: () => false,
        occasion: () => "0.1.0",
        onInspected: () => {
          inspector.close();
          resolve(asked);
        },
      });
    });
    assert.equal(looked, 2);
  });

  test("what hangs is not begun again, and with two of them nothing is", async () => {
    const looks: string[] = [];
    const agent: ResourceAgent = {
      ...AGENT,
      checkReadiness: ({ resource }) => {
        looks.push(resource);
        return resource === "web4" ? Promise.resolve([]) : new Promise(() => {});
      },
    };
    const orders = ["web4", "web1", "web2", "web3", "web4"].map((resource) => {
      return { ...ORDER, resource };
    });
    let count = 0;
    const { resources } = await new Promise<Inspection>((resolve) => {
      const inspector = openInspector({
        ...portsWith(async () => agent),
        resources: () => (count === 0 ? orders.slice(0, 3) : orders.slice(1)),
        isBusy: () => false,
        occasion: () => String(count),
        resourceMaxMs: 50,
        onInspected: (inspection) => {
          count += 1;
          if (count < 2) return;
          inspector.close();
          resolve(inspection);
        },
      });
    });
    assert.deepEqual(looks, ["web4", "web1", "web2"]);
    const late = "the check did not end within 0.05 s";
    const left = "not checked: the checks of web1 and web2 do not end";
    assert.deepEqual(
      resources.map(({ findings }) => findings.map(({ problem }) => problem)),
      [[late], [late], [left], [left]],
    );
  });

  test("a node that gets busy leaves off, and looks at all of it afterwards", async () => {
    const looks: string[] = [];
    let isBusy = false;
    const agent: ResourceAgent = {
      ...AGENT,
      checkReadiness: async ({ resource }) => {
        looks.push(resource);
        if (looks.length === 1) isBusy = true;
        return [];
      },
    };
    await new Promise<void>((resolve) => {
      const inspector = openInspector({
        ...portsWith(async () => agent),
        resources: () => {
          if (isBusy) setImmediate(() => (isBusy = false));
          return isBusy ? null : [ORDER, { ...ORDER, resource: "web2" }];
        },
        isBusy: () => isBusy,
        occasion: () => "0.1.0",
        onInspected: () => {
          inspector.close();
          resolve();
        },
      });
    });
    assert.deepEqual(looks, ["web", "web", "web2"]);
  });
});

suite("digests of files", () => {
  test("the same for the same content, another after a change, none without a file", async () => {
    const digests = new FileDigests();
    const [a, b] = [join(folder, "a"), join(folder, "b")];
    writeFileSync(a, "one");
    writeFileSync(b, "one");
    assert.equal(await digests.of(a), await digests.of(b));
    const before = await digests.of(a);
    writeFileSync(a, "other");
    assert.notEqual(await digests.of(a), before);
    assert.equal(await digests.of(join(folder, "none")), "");
    assert.match(await digests.of(folder), /^cannot be read: EISDIR$/);
  });
});

suite("texts of files for people", () => {
  function read(name: string): Promise<readonly ShownFile[]> {
    return new Promise((resolve) => {
      openFileReader((_askId, files) => resolve(files)).read(1, [name]);
    });
  }

  test("a text is shown", async () => {
    const name = join(folder, "a");
    writeFileSync(name, "Listen 80\n", { mode: 0o644 });
    assert.deepEqual(await read(name), [{ name, text: "Listen 80\n", problem: "" }]);
  });

  test("what not everybody may read, binary, large and absent files are not", async () => {
    const name = join(folder, "a");
    writeFileSync(name, "secret", { mode: 0o600 });
    const problems = [(await read(name))[0]?.problem];
    chmodSync(name, 0o644);
    writeFileSync(name, "a\0b");
    problems.push((await read(name))[0]?.problem);
    writeFileSync(name, "x".repeat(65_537));
    problems.push((await read(name))[0]?.problem);
    rmSync(name);
    problems.push((await read(name))[0]?.problem);
    assert.deepEqual(problems, [
      "not everybody may read it, so it is not shown",
      "not a text file",
      "65537 bytes, at most 65536 are shown",
      "is not there",
    ]);
  });
});
