export {
  type Executor,
  type ExecutorPorts,
  type OperationOutput,
  openExecutor,
} from "./executor.ts";
export { type ActionPorts, oneLine, questionContext } from "./run-action.ts";
