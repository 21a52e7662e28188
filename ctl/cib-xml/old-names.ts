/** Names of options that releases of Pacemaker have changed, and the ones that the model uses. */

/** What becomes of a name: another name, or a default of resources or operations under it. */
export interface Renaming {
  readonly name: string;
  readonly moveTo?: "resourceDefaults" | "operationDefaults";
}

/** Names of options, by the names that a document may give them. */
export type Renamings = ReadonlyMap<string, Renaming>;

/** Properties by which a cluster speaks about itself; nobody else sets them. */
export const OWN_PROPERTIES: readonly string[] = [
  "cluster-infrastructure",
  "cluster-name",
  "dc-version",
  "have-watchdog",
  "last-lrm-refresh",
];

/** Properties that every release of the schema may name differently from the model. */
export const PROPERTY_NAMES: Renamings = renamings({
  "cancel-removed-actions": "stop-orphan-actions",
  "crmd-finalization-timeout": "join-finalization-timeout",
  "crmd-integration-timeout": "join-integration-timeout",
  "crmd-transition-delay": "transition-delay",
  "fencing-action": "stonith-action",
  "fencing-enabled": "stonith-enabled",
  "fencing-max-attempts": "stonith-max-attempts",
  "fencing-reaction": "fence-reaction",
  "fencing-timeout": "stonith-timeout",
  "fencing-watchdog-timeout": "stonith-watchdog-timeout",
  "stop-removed-actions": "stop-orphan-actions",
  "stop-removed-resources": "stop-orphan-resources",
});

/**
 * The same with the names of schemas before pacemaker-3.0. Later releases ignore these names in a
 * document of a later schema, so they count in old documents only.
 */
export const OLD_PROPERTY_NAMES: Renamings = new Map([
  ...PROPERTY_NAMES,
  ...renamings({
    cluster_recheck_interval: "cluster-recheck-interval",
    dc_deadtime: "dc-deadtime",
    election_timeout: "election-timeout",
    no_quorum_policy: "no-quorum-policy",
    remove_after_stop: "remove-after-stop",
    shutdown_escalation: "shutdown-escalation",
    startup_fencing: "startup-fencing",
    stonith_action: "stonith-action",
    stonith_enabled: "stonith-enabled",
    stop_orphan_actions: "stop-orphan-actions",
    stop_orphan_resources: "stop-orphan-resources",
    symmetric_cluster: "symmetric-cluster",
    transition_idle_timeout: "cluster-delay",
    "transition-idle-timeout": "cluster-delay",
  }),
  ...moves("operationDefaults", {
    "default-action-timeout": "timeout",
    default_action_timeout: "timeout",
  }),
  ...moves("resourceDefaults", {
    "default-migration-threshold": "migration-threshold",
    default_migration_threshold: "migration-threshold",
    "default-resource-stickiness": "resource-stickiness",
    default_resource_stickiness: "resource-stickiness",
    "is-managed-default": "is-managed",
    is_managed_default: "is-managed",
  }),
]);

/** Meta attributes whose names changed with the words for the roles. */
export const META_NAMES: Renamings = renamings({
  "master-max": "promoted-max",
  "master-node-max": "promoted-node-max",
});

/** The same with the names of schemas before pacemaker-3.0. */
export const OLD_META_NAMES: Renamings = new Map([
  ...META_NAMES,
  ...renamings({
    allow_migrate: "allow-migrate",
    clone_max: "clone-max",
    clone_node_max: "clone-node-max",
    failure_timeout: "failure-timeout",
    globally_unique: "globally-unique",
    is_managed: "is-managed",
    master_max: "promoted-max",
    master_node_max: "promoted-node-max",
    migration_threshold: "migration-threshold",
    multiple_active: "multiple-active",
    resource_stickiness: "resource-stickiness",
    target_role: "target-role",
  }),
]);

/** Names as they are. */
export const NO_RENAMINGS: Renamings = new Map();

/** Parameters of fence devices of schemas before pacemaker-3.0. */
export const OLD_DEVICE_NAMES: Renamings = renamings({
  pcmk_list_cmd: "pcmk_list_action",
  pcmk_monitor_cmd: "pcmk_monitor_action",
  pcmk_off_cmd: "pcmk_off_action",
  pcmk_on_cmd: "pcmk_on_action",
  pcmk_reboot_cmd: "pcmk_reboot_action",
  pcmk_status_cmd: "pcmk_status_action",
});

function renamings(names: Readonly<Record<string, string>>): Renamings {
  return new Map(Object.entries(names).map(([from, name]) => [from, { name }]));
}

function moves(
  moveTo: NonNullable<Renaming["moveTo"]>,
  names: Readonly<Record<string, string>>,
): Renamings {
  return new Map(Object.entries(names).map(([from, name]) => [from, { name, moveTo }]));
}
