/** A thread that looks at the folders of some records, and answers with what it found. An error ends it. */
import { parentPort, workerData } from 'node:worker_threads';
import { inspectShare, type RecordFolders } from './record-folders.ts';

parentPort?.postMessage(inspectShare(workerData as RecordFolders));
