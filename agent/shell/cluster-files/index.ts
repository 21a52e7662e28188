export {
  type ClusterFiles,
  type ReadClusterFiles,
  readClusterFiles,
  readHostIdentity,
} from "./read-cluster-files.ts";
