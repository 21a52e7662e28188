/**
 * Slips that a configuration check of the server accepts, and that break stickiness or health:
 * found in the text of an example. Each function returns one line a finding.
 */

/** A `<Proxy "balancer://...">` of httpd. */
interface Balancer {
  readonly name: string;
  readonly members: readonly { readonly url: string; readonly words: string }[];
}

/** Text without comments, which may say what must not be done, and with continued lines joined. */
function withoutComments(text: string): string {
  return text.replace(/^\s*#.*$/gm, "").replace(/\\\n\s*/g, "");
}

function balancersIn(text: string): readonly Balancer[] {
  const sections = text.matchAll(/<Proxy "balancer:\/\/([^"]+)">([\s\S]*?)<\/Proxy>/g);
  return [...sections].map(([, name = "", body = ""]) => ({
    name,
    members: [...body.matchAll(/BalancerMember "([^"]+)"(.*)/g)].map(
      ([, url = "", words = ""]) => ({
        url,
        words: expand(words, text),
      }),
    ),
  }));
}

/** The words of a line with the variables that the same text defines. */
function expand(words: string, text: string): string {
  return words.replace(/\$\{(\w+)\}/g, (whole, name: string) => {
    const value = new RegExp(`Define ${name} "([^"]*)"`).exec(text)?.[1];
    return value === undefined ? whole : expand(value, text);
  });
}

function routeOf(words: string): string {
  return / route=(\S+)/.exec(words)?.[1] ?? "";
}

/** Slips of httpd. */
export function httpdSlips(source: string): readonly string[] {
  const text = withoutComments(source);
  const balancers = balancersIn(text);
  return [
    ...[...text.matchAll(/^\s*((Order|Allow|Deny|LoadModule|NameVirtualHost)\b.*)$/gim)].map(
      ([, line]) => `"${line}": not of httpd 2.4`,
    ),
    ...balancers.flatMap(memberSlips),
    ...balancers.flatMap(routeSlips),
    ...nameSlips(text, balancers),
    ...webSocketSlips(balancers),
    ...cookieSlips(text),
    ...statusPageSlips(text),
  ];
}

function memberSlips({ name, members }: Balancer): string[] {
  return members.flatMap(({ url, words }) => [
    ...[" connectiontimeout=", " retry=", ...(url.startsWith("http") ? [" disablereuse=On"] : [])]
      .filter((word) => !words.includes(word))
      .map((word) => `${name}: ${url}: lacks${word}`),
    ...(/rp$/.test(name) && words.includes("status=") ? [`${name}: ${url}: has a standby`] : []),
  ]);
}

/** Routes of one balancer differ in digits alone: T1RWS1 and TlRWS2 do not. */
function routeSlips({ name, members }: Balancer): string[] {
  const routes = members.map(({ words }) => routeOf(words));
  const shapes = new Set(routes.map((route) => route.replace(/\d/g, "0")));
  const isRepeated = routes[0] !== "" && new Set(routes).size < routes.length;
  return [
    ...(shapes.size > 1 ? [`${name}: routes ${routes.join(", ")} are not alike`] : []),
    ...(isRepeated ? [`${name}: two members have one route`] : []),
    ...routes.filter((route) => route.startsWith(".")).map((route) => `${name}: ${route}: a dot`),
  ];
}

/** What is proxied to exists, and each balancer is used; each is written once. */
function nameSlips(text: string, balancers: readonly Balancer[]): string[] {
  const defined = balancers.map(({ name }) => name);
  const used = [...text.matchAll(/"balancer:\/\/([\w-]+)\//g)].map(([, name = ""]) => name);
  return [
    ...used.filter((name) => !defined.includes(name)).map((name) => `${name}: has no members`),
    ...defined.filter((name) => !used.includes(name)).map((name) => `${name}: is not used`),
    ...defined.filter((name, at) => defined.indexOf(name) !== at).map((name) => `${name}: twice`),
  ];
}

/** The balancer of the WebSocket form has the members and routes of the other. */
function webSocketSlips(balancers: readonly Balancer[]): string[] {
  return balancers
    .filter(({ name }) => /-wss?$/.test(name))
    .filter((each) => !balancers.some((other) => other !== each && shape(other) === shape(each)))
    .map(({ name }) => `${name}: no balancer has the same members and routes`);
}

function shape({ members }: Balancer): string {
  const parts = members.map(({ url, words }) => [url.replace(/^http/, "ws"), routeOf(words)]);
  return JSON.stringify(parts);
}

function cookieSlips(text: string): string[] {
  return [...text.matchAll(/^.*Set-Cookie.*$/gm)]
    .filter(([line]) => !/; path=\/\w*" env=BALANCER_ROUTE_CHANGED$/.test(line))
    .map(([line]) => `"${line.trim()}": expected a path, and env=BALANCER_ROUTE_CHANGED`);
}

/** Where everything is proxied, the status page is excepted before. */
function statusPageSlips(text: string): string[] {
  const hosts = text.split(/<VirtualHost /).slice(1);
  return hosts
    .filter((host) => host.includes('ProxyPass "/" '))
    .filter((host) => !/ProxyPass "\/server-status" "!"[\s\S]*ProxyPass "\/" /.test(host))
    .map((host) => `${host.split(">")[0]}: the status page is proxied`);
}

/** Slips of nginx. `source` is all files of an example together. */
export function nginxSlips(source: string): readonly string[] {
  const text = withoutComments(source);
  return [
    ...(text.includes("$http_sticky") ? ["$http_sticky...: a header that clients may send"] : []),
    ...[...text.matchAll(/proxy_pass\s+"?(\S+?)"?;/g)]
      .filter(([, target = ""]) => /:\/\/[^/]*\/|\$uri|\$args/.test(target))
      .map(([line]) => `${line}: has a path`),
    ...(/proxy_set_header Host \$http_host;/.test(text) ? [] : ["members do not see the Host"]),
    ...(/proxy_set_header Upgrade/.test(text) ? [] : ["no WebSocket"]),
    ...(/error_page\s+50\d/.test(text) ? ["error_page: a fallback without these headers"] : []),
    ...upstreamSlips(text),
  ];
}

function upstreamSlips(text: string): string[] {
  const upstreams = [...text.matchAll(/upstream (\w+) \{([\s\S]*?)\}/g)];
  return upstreams.flatMap(([, name = "", body = ""]) => {
    const servers = [...body.matchAll(/server (\S+)(.*);/g)];
    const backups = servers.filter(([, , words = ""]) => words.includes(" backup"));
    const isOfOneMember = /_\d$/.test(name);
    const expected = isOfOneMember ? servers.length - 1 : 0;
    const pool = upstreams.find(([, each = ""]) => each === poolOf(name))?.[2] ?? "";
    const strangers = servers.filter(([, address = ""]) => !pool.includes(`${address} `));
    const own = Number(name.slice(-1)) - 1;
    const mine = [...pool.matchAll(/server (\S+)/g)][own]?.[1];
    return [
      ...(body.includes(`zone ${name} `) ? [] : [`${name}: no zone of its own`]),
      ...(backups.length === expected ? [] : [`${name}: ${backups.length} backups`]),
      ...strangers.map(([, address]) => `${name}: ${address} is not in ${poolOf(name)}`),
      ...(isOfOneMember && servers[0]?.[1] !== mine ? [`${name}: not first ${mine}`] : []),
    ];
  });
}

function poolOf(name: string): string {
  return name.includes("cobrowse") ? name.replace(/_\d$/, "_any") : name.replace(/_\d$/, "");
}

/** Slips of HAProxy. */
export function haproxySlips(source: string): readonly string[] {
  const text = withoutComments(source);
  const servers = [...text.matchAll(/^\s+server (\S+) (\S+)(.*)$/gm)];
  const names = servers.map(([, name = ""]) => name);
  const rules = [...text.matchAll(/use-server (\S+) if \{ .* -m end \.(\S+) \}/g)];
  return [
    ...[...text.matchAll(/\b(appsession|stick store-response|stick-table)\b/g)].map(
      ([word]) => `${word}: learns the node of a 307 answer, and forgets over a failover`,
    ),
    ...servers
      .filter(([, , address = ""]) => !/:\d+$/.test(address))
      .map(([, name]) => `${name}: no port`),
    ...servers
      .filter(([, name = "", , words = ""]) => /_backup$/.test(name) !== / backup\b/.test(words))
      .map(([, name]) => `${name}: backup or not?`),
    ...rules
      .filter(([, name = "", suffix]) => !names.includes(name) || name !== suffix)
      .map(([line]) => `${line}: not a server by its node id`),
    ...["timeout connect", "timeout client", "timeout server", "timeout tunnel", "rstatus ^20[0-6]"]
      .filter((words) => !text.includes(words))
      .map((words) => `no ${words}`),
  ];
}

/** Slips of the scripts that make the resources of the cluster. */
export function clusterSlips(text: string): readonly string[] {
  const isWarm = text.includes("clone interleave=true");
  const colocation = isWarm ? "virtual_ip with webserver-clone" : "webserver with virtual_ip";
  const order = isWarm ? "webserver-clone then virtual_ip" : "virtual_ip then webserver";
  return [
    ...[`colocation add ${colocation} INFINITY`, `order ${order}`]
      .filter((words) => !text.includes(`lbctl constraint ${words}\n`))
      .map((words) => `no "${words}"`),
    ...(/http:\/\/127\.0\.0\.1:8009\//.test(text) ? [] : ["no status page on 127.0.0.1:8009"]),
    ...(text.includes("localhost") ? ["localhost: may be ::1"] : []),
  ];
}
