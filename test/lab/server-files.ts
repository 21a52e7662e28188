/** Configurations of other servers that a host may run in the place of httpd; small, and alike. */

/** nginx on port 80, with the page that names its host. `user` runs the workers. */
export function nginxConf(user: string): string {
  return `# Written by the lab.
user ${user};
worker_processes 1;
pid /run/nginx.pid;
error_log /var/log/httpd/nginx_error.log warn;
events { worker_connections 1024; }
http {
  access_log off;
  default_type text/plain;
  keepalive_timeout 0;
  server {
    listen 80 default_server;
    root /var/www/html;
    index index.html;
    location = /nginx_status { stub_status; allow 127.0.0.1; deny all; }
  }
}
`;
}

/** HAProxy on port 80, answering with the page itself. `user` and `group` run the worker. */
export function haproxyCfg({ user, group }: { readonly user: string; readonly group: string }) {
  return `# Written by the lab.
global
  user ${user}
  group ${group}
  maxconn 2000
defaults
  mode http
  option httpclose
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend web
  bind :80
  http-request return status 200 content-type text/plain file /var/www/html/index.html
`;
}
