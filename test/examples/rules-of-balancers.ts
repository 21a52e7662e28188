/** What every balancer of the examples has to do, asked from outside. */
import assert from "node:assert/strict";
import { type Host, pause, VIRTUAL_IP } from "../lab/index.ts";
import type { Answer, Ask } from "./outside/client-requests.ts";
import type { MemberAnswer } from "./outside/stub-member.ts";
import { type Server, untilReloaded } from "./servers.ts";
import type { Site } from "./site.ts";

const STATUS_PORT = 8009;
const LOOP_CLIENTS = 8;
/** Requests that the loop must have had answered before and after a reload. */
const LOOP_MARGIN = 200;

/** Who answered some requests. */
export interface Asked {
  readonly members: ReadonlySet<string>;
  readonly urls: ReadonlySet<string>;
  readonly hosts: ReadonlySet<string>;
  readonly protocols: ReadonlySet<string>;
  readonly setCookies: readonly string[];
  /** Answers other than 200. */
  readonly failures: readonly string[];
}

/** Sends one request after the other, without cookies but the one given. */
export async function membersAsked(site: Site, ask: Ask, count: number): Promise<Asked> {
  const answers: Answer[] = [];
  for (let index = 0; index < count; index++) answers.push(await site.outside("ask", ask));
  const good = answers.filter(({ status }) => status === 200).map(whoAnswered);
  return {
    members: new Set(good.map(({ member }) => member)),
    urls: new Set(good.map(({ url }) => url)),
    hosts: new Set(good.map(({ host }) => host)),
    protocols: new Set(good.map(({ forwardedProto }) => forwardedProto)),
    setCookies: answers.flatMap(({ setCookies }) => setCookies),
    failures: answers.filter(({ status }) => status !== 200).map(describe),
  };
}

/** What the member said that answered. */
export function whoAnswered({ body }: Answer): MemberAnswer {
  const answer: MemberAnswer = JSON.parse(body);
  return answer;
}

function describe({ status, failure, body }: Answer): string {
  return `${status} ${failure} ${body}`;
}

/** The cookie of this name that an answer sets, as a client sends it back; "" for none. */
export function cookieFrom({ setCookies }: Answer, name: string): string {
  const pair = setCookies.map((text) => text.split(";")[0] ?? "");
  return pair.find((each) => each.startsWith(`${name}=`)) ?? "";
}

/** So many requests are held by the members at once, and each is answered in the end. */
export async function checkParked(site: Site, ask: Ask, count: number): Promise<void> {
  const asks = Array.from({ length: count }, () => ask);
  assert.equal(await site.outside("park", asks), count);
  const answers = await site.outside("release", undefined);
  const others = answers.filter(({ status }) => status !== 200);
  assert.deepEqual([answers.length, others], [count, []]);
}

/** From outside neither the page's own port nor the balancer's gives it; the host gets it. */
export async function checkStatusPage(site: Site, host: Host, port: number): Promise<void> {
  const own = await site.outside("ask", { address: VIRTUAL_IP, port: STATUS_PORT, path: "/" });
  assert.match(own.failure, /ECONNREFUSED/);
  for (const path of ["/server-status?auto", "/nginx_status", "/stats", "/balancer-manager"]) {
    const answer = await site.outside("ask", { address: VIRTUAL_IP, port, path });
    assert.doesNotMatch(answer.body, /BusyWorkers|Active connections|Statistics|nonce=/, path);
  }
  const { stdout } = await host.run("curl", [
    ...["-sS", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "2"],
    `http://127.0.0.1:${STATUS_PORT}${pageOf(host)}`,
  ]);
  assert.equal(stdout, "200");
}

function pageOf(host: Host): string {
  const names = new Set(host.processes().map(({ name }) => name));
  if (names.has("nginx")) return "/nginx_status";
  return names.has("haproxy") ? "/stats" : "/server-status?auto";
}

/** Clients ask all the time, the server is reloaded twice, and each answer is 200. */
export async function checkReload(
  site: Site,
  options: { readonly host: Host; readonly server: Server; readonly asks: readonly Ask[] },
): Promise<void> {
  await site.outside("startLoop", { asks: options.asks, clients: LOOP_CLIENTS });
  await untilAnswered(site, LOOP_MARGIN);
  for (let reloads = 0; reloads < 2; reloads++) {
    await untilReloaded(options.host, options.server);
    await untilAnswered(site, LOOP_MARGIN);
  }
  const { answers, failures } = await site.outside("stopLoop", undefined);
  assert.deepEqual(failures, [], `${failures.length} of ${answers} requests`);
}

async function untilAnswered(site: Site, more: number): Promise<void> {
  const goal = (await site.outside("loopedSoFar", undefined)) + more;
  while ((await site.outside("loopedSoFar", undefined)) < goal) await pause(20);
}

/** Clients with what they ask for, and the cookie that holds them. */
export interface Failover {
  readonly clients: readonly { readonly ask: Ask; readonly cookie: string }[];
  readonly fail: () => Promise<unknown>;
  readonly takeOver: () => Promise<void>;
}

/** Each client gets its cookie from one host, and is sent to the same member by the other. */
export async function checkFailover(site: Site, failover: Failover): Promise<void> {
  const held: { readonly ask: Ask; readonly member: string }[] = [];
  for (const { ask, cookie } of failover.clients) {
    const answer = await site.outside("ask", ask);
    const text = cookieFrom(answer, cookie);
    assert.notEqual(text, "", `${ask.path}: ${describe(answer)}: no cookie ${cookie}`);
    held.push({ ask: { ...ask, cookie: text }, member: whoAnswered(answer).member });
  }
  assert.ok(new Set(held.map(({ member }) => member)).size > 1, "all clients have one member");
  await failover.fail();
  await failover.takeOver();
  for (const { ask, member } of held) {
    for (let times = 0; times < 2; times++) {
      const answer = await site.outside("ask", ask);
      assert.equal(answer.status, 200, describe(answer));
      assert.equal(whoAnswered(answer).member, member, `${ask.path} with ${ask.cookie}`);
      assert.deepEqual(answer.setCookies, []);
    }
  }
}

/** A WebSocket through the balancer reaches this member, and what it says comes back. */
export async function checkWebSocket(site: Site, ask: Ask, member: string): Promise<void> {
  assert.equal(await site.outside("echo", { ...ask, text: "hello" }), `${member}:hello`);
}
