/** How much memory new objects take while packing. */
import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8 from giving new objects more room than at the start of the program. Nearly all that packing makes is garbage at once, so a
 * larger room only holds more of it: 50 MB in the main thread. Call it before anything large is read.
 */
export function keepRoomForNewObjects(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}
