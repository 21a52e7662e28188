import type { Host } from "../lab/index.ts";
import { must } from "./pair.ts";

/** An OCF agent that keeps its role in /run/role-ID and what it is told in /run/role-ID.told. */
const AGENT = `#!/bin/sh
file=/run/role-$OCF_RESOURCE_INSTANCE
role=$(cat "$file" 2>/dev/null)
case "$1" in
meta-data) cat <<'END'
<?xml version="1.0"?>
<resource-agent name="Role" version="1.1"><version>1.1</version>
<longdesc lang="en">Keeps its role in a file</longdesc><shortdesc lang="en">Role</shortdesc>
<parameters><parameter name="state" unique="0" reloadable="1">
<longdesc lang="en">unused</longdesc><shortdesc lang="en">unused</shortdesc>
<content type="string" default=""/></parameter><parameter name="score">
<longdesc lang="en">promotion score set by a start</longdesc><shortdesc lang="en">score</shortdesc>
<content type="string" default=""/></parameter></parameters>
<actions><action name="start" timeout="10s"/><action name="stop" timeout="10s"/>
<action name="promote" timeout="10s"/><action name="demote" timeout="10s"/>
<action name="notify" timeout="10s"/><action name="reload-agent" timeout="10s"/>
<action name="migrate_to" timeout="10s"/><action name="migrate_from" timeout="10s"/>
<action name="monitor" role="Promoted" timeout="10s" interval="10s"/>
<action name="monitor" role="Unpromoted" timeout="10s" interval="11s"/></actions></resource-agent>
END
;;
start) echo unpromoted > "$file"
  [ -z "$OCF_RESKEY_score" ] || "$HA_SBIN_DIR/crm_attribute" --promotion -v "$OCF_RESKEY_score";;
demote) echo unpromoted > "$file";;
promote) echo promoted > "$file";;
stop) rm -f "$file"; [ -z "$OCF_RESKEY_score" ] || crm_master -l reboot -D;;
migrate_to|migrate_from)
  echo "$1 $OCF_RESKEY_CRM_meta_migrate_source $OCF_RESKEY_CRM_meta_migrate_target" >> "$file.told"
  if [ "$1" = migrate_to ]; then rm -f "$file"; else echo unpromoted > "$file"; fi;;
reload-agent) echo "reload $OCF_RESKEY_state" >> "$file.told";;
monitor) case "$role" in
  "") exit 7;; promoted) exit 8;; failed) echo "ocf-exit-reason:told to fail" >&2; exit 9;; esac;;
notify)
  kind="$OCF_RESKEY_CRM_meta_notify_type $OCF_RESKEY_CRM_meta_notify_operation"
  eval "who=\\$OCF_RESKEY_CRM_meta_notify_\${OCF_RESKEY_CRM_meta_notify_operation}_resource"
  eval "where=\\$OCF_RESKEY_CRM_meta_notify_\${OCF_RESKEY_CRM_meta_notify_operation}_uname"
  echo "$kind $who $where" >> "$file.told"; env | grep notify_key >> "$file.told"; exit 1;;
*) exit 3;;
esac
`;

/** Gives the host agents of its own: those of the machine, and `ocf:test:Role`. */
export async function installRoleAgent(host: Host): Promise<void> {
  const folder = "/run/ocf/resource.d/test";
  await must(host, "cp -r /usr/lib/ocf /run/ocf && mount --bind /run/ocf /usr/lib/ocf");
  await must(host, `mkdir -p ${folder} && cat > ${folder}/Role && chmod 755 ${folder}/Role`, AGENT);
}
