#!/bin/sh
# The address first, then HAProxy, on one host. Run it once, on one host.
set -eu
virtual_ip=${virtual_ip:-192.168.33.20}
nic=${nic:-eth0}

# What is there already is left as it is, so that a second run changes nothing.
for id in webserver virtual_ip; do
  if lbctl resource config "$id" >/dev/null 2>&1; then
    echo "resource $id exists: nothing was changed; to begin anew: lbctl resource delete $id"
    exit 0
  fi
done

lbctl resource defaults migration-threshold=1
lbctl resource create virtual_ip ocf:heartbeat:IPaddr2 \
  ip="$virtual_ip" nic="$nic" cidr_netmask=32 op monitor interval=30s
lbctl resource create webserver ocf:lb:haproxy \
  conffile=/etc/haproxy/haproxy.cfg statusurl="http://127.0.0.1:8009/alive" \
  op monitor interval=30s
lbctl resource meta webserver migration-threshold=10
lbctl constraint colocation add webserver with virtual_ip INFINITY
lbctl constraint order virtual_ip then webserver
