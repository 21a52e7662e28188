/** What of a server's deep checks fails on this host, when the other node asks. */
export { type DeepLookPorts, openDeepLooks } from "./deep-looks.ts";
