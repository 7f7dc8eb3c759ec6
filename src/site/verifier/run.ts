/** Runs a verification while the page can still draw and respond. */
import type { Trust } from '../../protocol/index.ts';
import { type Judgement, judge, type Step } from './judge.ts';

const { port1, port2 } = new MessageChannel();

/** Lets the page draw and respond. Uses a message, because a timer would wait for 4 ms each time. One pause at a time. */
function pause(): Promise<unknown> {
  return new Promise((resolve) => {
    port1.onmessage = resolve;
    port2.postMessage(0);
  });
}

/**
 * Runs a verification with a pause after each step.
 *
 * @param onStep receives the results so far; if it returns true, the verification stops.
 * @returns null if it was abandoned.
 */
export async function run(
  received: readonly Uint8Array[],
  trust: Trust,
  onStep: (progress: Step) => boolean,
): Promise<Judgement | null> {
  const steps = judge(received, trust);
  for (;;) {
    await pause();
    const step = steps.next();
    if (step.done === true) return step.value;
    if (onStep(step.value)) return null;
  }
}
