import { serveRequests } from "./index.ts";

serveRequests();
