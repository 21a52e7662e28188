export {
  DISK_FOLDER,
  type DiskPorts,
  type OpenDisk,
  openDisk,
  type RingSeqOnDisk,
} from "./cluster-disk.ts";
export type { CibOnDisk } from "./read-cib.ts";
