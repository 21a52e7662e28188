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
