export { openProber, type ProberPorts } from "./address-prober.ts";
