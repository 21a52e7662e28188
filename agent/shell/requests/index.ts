export { type OpenRequests, openRequests } from "./open-requests.ts";
