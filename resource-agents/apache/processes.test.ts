import assert from "node:assert/strict";
import { parseStat, sortOut } from "../server-process/find-processes.ts";
import { isOfConfig, readServerProcess } from "./processes.ts";

const DEFAULT = "/etc/apache2/apache2.conf";
const PRIVATE = "/srv/web/httpd.conf";

suite("processes of httpd", () => {
  for (const [args, configFile, isOwn] of [
    ["httpd -f /srv/web/httpd.conf -k start", PRIVATE, true],
    ["httpd -f/srv/web/httpd.conf", PRIVATE, true],
    ["httpd -f web/httpd.conf", PRIVATE, true],
    ["httpd -f /srv/other/httpd.conf -k start", PRIVATE, false],
    ["httpd -k start", PRIVATE, false],
    ["apache2 -k start", DEFAULT, true],
    ["apache2 -f /srv/web/httpd.conf -k start", DEFAULT, false],
    ["httpd -d /srv/web -k start", PRIVATE, true],
    ["httpd -d /srv/other -k start", DEFAULT, false],
  ] as const) {
    test(`"${args}" is ${isOwn ? "" : "not "}of ${configFile}`, () => {
      assert.equal(isOfConfig(args.split(" "), configFile), isOwn);
    });
  }

  test("the parent leads its group, its workers are the others", () => {
    const parent = serverProcess(10, 1, 10);
    const workers = [serverProcess(11, 10, 10), serverProcess(12, 10, 10)];
    assert.deepEqual(sortOut([...workers, parent]), { parent, others: workers });
  });

  test("workers whose parent was killed have none", () => {
    const workers = [serverProcess(11, 1, 10), serverProcess(12, 1, 10)];
    assert.deepEqual(sortOut(workers), { parent: null, others: workers });
  });

  test("a parent in somebody's group is known by its workers", () => {
    const parent = serverProcess(10, 1, 5);
    assert.deepEqual(sortOut([parent, serverProcess(11, 10, 5)]).parent, parent);
  });

  test("a name with blanks and brackets does not shift the fields; a zombie is dead", () => {
    const tail = "1 77 77 0 -1 4194624 0 0 0 0 0 0 0 0 20 0 1 0 123456 0 0";
    const expected = { parentPid: 1, groupId: 77, startTicks: "123456" };
    assert.deepEqual(parseStat(`77 (a) R (b) S ${tail}`), expected);
    assert.equal(parseStat(`77 (httpd) Z ${tail}`), null);
    const withThreads = tail.replace("20 0 1 0 123456", "20 0 9 0 123456");
    assert.deepEqual(parseStat(`77 (httpd) Z ${withThreads}`), expected);
    assert.equal(parseStat(""), null);
  });

  test("another program's process is none of the server's, nor is one that is not there", () => {
    const identity = { binary: "/usr/sbin/apache2", configFile: DEFAULT };
    assert.equal(readServerProcess(process.pid, identity), null);
    assert.equal(readServerProcess(999_999_999, identity), null);
  });
});

function serverProcess(pid: number, parentPid: number, groupId: number) {
  return { pid, parentPid, groupId, startTicks: "1" };
}
