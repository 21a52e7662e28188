export {
  abortWalk,
  actionsUnderWay,
  beginWalk,
  isWalkOver,
  markBegun,
  markEnded,
  readyActions,
  type Walk,
} from "./walk.ts";
