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

/** The form in which the server runs on both hosts and a planned move loses no request. */
export const WARM_COMMANDS = [
  "lbctl property set stonith-enabled=false",
  "lbctl property set no-quorum-policy=ignore",
  "lbctl resource create webserver ocf:heartbeat:apache configfile=/etc/httpd/conf/httpd.conf" +
    ' statusurl="http://localhost/server-status" op monitor interval=30s clone interleave=true',
  `lbctl resource create virtual_ip ocf:heartbeat:IPaddr2 ip=${VIRTUAL_IP} nic=eth0` +
    " cidr_netmask=32 meta allow-migrate=true op monitor interval=30s",
  "lbctl constraint colocation add virtual_ip with webserver-clone INFINITY",
  "lbctl constraint order webserver-clone then virtual_ip",
] as const;
