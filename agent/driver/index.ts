export { type Driver, type DriverPorts, EVENTS_MAX, openDriver } from "./driver.ts";
