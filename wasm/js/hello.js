// How a page knows that a worker runs the script of this package.

/** What the script says first. It changes when page and worker would not understand each other. */
export const HELLO = 'qcow2-stream 1';

/** How often a page looks whether it has said so, in milliseconds, and how many times: a minute. */
const EVERY = 10_000;
const TIMES = 6;

/**
 * Calls `late` unless what is returned is called within a minute. While a page is frozen, that stands still: it is counted
 * in short steps, and when the page goes on, what the worker has said comes before the next one.
 *
 * @param {() => void} late
 * @returns {() => void}
 */
export function within(late) {
  let left = TIMES;
  const timer = setInterval(() => {
    left -= 1;
    if (left === 0) {
      clearInterval(timer);
      late();
    }
  }, EVERY);
  return () => clearInterval(timer);
}
