/** The guide's address. */
export const VIRTUAL_IP = "192.168.33.20";

/** The guide's commands once both agents run, as it writes them, but for the name of the tool. */
export const GUIDE_COMMANDS = [
  "lbctl property set stonith-enabled=false",
  "lbctl property set no-quorum-policy=ignore",
  "lbctl resource defaults migration-threshold=1",
  `lbctl resource create virtual_ip ocf:heartbeat:IPaddr2 ip=${VIRTUAL_IP} nic=eth0` +
    " cidr_netmask=32 op monitor interval=30s",
  "lbctl resource create webserver ocf:heartbeat:apache configfile=/etc/httpd/conf/httpd.conf" +
    ' statusurl="http://localhost/server-status" op monitor interval=30s',
  "lbctl resource meta webserver migration-threshold=10",
  "lbctl constraint colocation add webserver virtual_ip INFINITY",
  "lbctl constraint order virtual_ip then webserver",
] as const;

/** The servers that a pair can run, by the name that people use. */
export type ServerName = "apache" | "nginx" | "haproxy";

/** Agent and parameters of each server on a host of the lab. */
const SERVERS: Readonly<Record<ServerName, string>> = {
  apache:
    "ocf:heartbeat:apache configfile=/etc/httpd/conf/httpd.conf" +
    ' statusurl="http://localhost/server-status"',
  nginx:
    "ocf:heartbeat:nginx configfile=/etc/nginx/nginx.conf" +
    ' status10url="http://127.0.0.1/nginx_status"',
  haproxy: "ocf:lb:haproxy conffile=/etc/haproxy/haproxy.cfg",
};

/** The guide's commands with this server. */
export function orderedCommands(server: ServerName): readonly string[] {
  return GUIDE_COMMANDS.map((line) => line.replace(SERVERS.apache, SERVERS[server]));
}

/** The form in which the server runs on both hosts and a planned move loses no request. */
export function warmCommands(server: ServerName): readonly string[] {
  return [
    "lbctl property set stonith-enabled=false",
    "lbctl property set no-quorum-policy=ignore",
    `lbctl resource create webserver ${SERVERS[server]}` +
      " op monitor interval=30s clone interleave=true",
    `lbctl resource create virtual_ip ocf:heartbeat:IPaddr2 ip=${VIRTUAL_IP} nic=eth0` +
      " cidr_netmask=32 meta allow-migrate=true op monitor interval=30s",
    "lbctl constraint colocation add virtual_ip with webserver-clone INFINITY",
    "lbctl constraint order webserver-clone then virtual_ip",
  ];
}
