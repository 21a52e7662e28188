import { existsSync } from "node:fs";

/** Where the machine's own httpd keeps its modules, and the user it runs as. */
interface Flavour {
  readonly modules: string;
  readonly user: string;
  readonly group: string;
}

const DEBIAN: Flavour = {
  modules: "/usr/lib/apache2/modules",
  user: "www-data",
  group: "www-data",
};
const RHEL: Flavour = { modules: "/usr/lib64/httpd/modules", user: "apache", group: "apache" };

/** The flavour that is installed here; Debian's when neither is. */
export function httpdFlavour(): Flavour {
  return existsSync(RHEL.modules) ? RHEL : DEBIAN;
}

/**
 * `/etc/httpd/conf/httpd.conf` as RHEL lays it out (ServerRoot /etc/httpd with the links `modules`,
 * `logs` and `run`), small, and good for Debian's binary too: modules that one of them has built in
 * are loaded only where they are missing.
 */
export function httpdConf(): string {
  const { user, group } = httpdFlavour();
  return `# Written by the lab: RHEL's layout, few workers.
ServerRoot "/etc/httpd"
ServerName www.example.com
Listen 80
PidFile /run/httpd/httpd.pid

<IfModule !unixd_module>
  LoadModule unixd_module modules/mod_unixd.so
</IfModule>
<IfModule !log_config_module>
  LoadModule log_config_module modules/mod_log_config.so
</IfModule>
LoadModule mpm_event_module modules/mod_mpm_event.so
LoadModule authz_core_module modules/mod_authz_core.so
LoadModule authz_host_module modules/mod_authz_host.so
LoadModule dir_module modules/mod_dir.so
LoadModule status_module modules/mod_status.so

User ${user}
Group ${group}
StartServers 1
ServerLimit 2
ThreadsPerChild 25
MaxRequestWorkers 50
MinSpareThreads 10
MaxSpareThreads 50
KeepAlive Off
ErrorLog logs/error_log
LogLevel warn

<Directory />
  AllowOverride none
  Require all denied
</Directory>
DocumentRoot "/var/www/html"
<Directory "/var/www/html">
  Require all granted
</Directory>
DirectoryIndex index.html

ExtendedStatus On
<Location "/server-status">
  SetHandler server-status
  Require local
</Location>
`;
}
