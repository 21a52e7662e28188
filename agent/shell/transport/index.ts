export { type OpenTransport, openTransport, type TransportSettings } from "./message-transport.ts";
