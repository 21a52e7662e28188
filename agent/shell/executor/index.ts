export {
  type Executor,
  type ExecutorPorts,
  type OperationOutput,
  openExecutor,
} from "./executor.ts";
