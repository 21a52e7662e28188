// Entry of a worker process of a batch: see batch.ts.

import { serveAsWorker } from "./batch.ts";

serveAsWorker(process);
