/** A thread that looks at the folders of some records, and answers with what it found. */
import { parentPort, workerData } from 'node:worker_threads';
import { sentError } from '../base/sent-error.ts';
import { type InspectedShare, inspectShare, type RecordFolders } from './record-folders.ts';

function answer(): InspectedShare {
  try {
    return { faults: inspectShare(workerData as RecordFolders) };
  } catch (error) {
    return { error: sentError(error) };
  }
}

parentPort?.postMessage(answer());
