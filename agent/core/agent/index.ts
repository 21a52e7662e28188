export { describeNode, isSettled } from "./describe-node.ts";
export { describeStatus } from "./describe-status.ts";
export { explainWarnings } from "./describe-warnings.ts";
export { inspectedResources, isWorkUnderWay } from "./inspect.ts";
export { type AgentStart, type AgentState, initialAgent } from "./state.ts";
export { agentDeadline, stepAgent } from "./step-agent.ts";
