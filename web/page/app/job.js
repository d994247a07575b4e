/** What the page works on. There is one disk at a time. */
export const job = {
  /** The disk. @type {File | null} */
  file: null,
  /** What the scan found. @type {import('./engine.js').Plan | null} */
  plan: null,
  /** Whether the image only refers to the disk, and whether it does so unread. */
  refers: false,
  unread: false,
  /** What is under way. Whoever finds another here after waiting has been overtaken. @type {AbortController | null} */
  work: null,
  /** Whether the browser may still be reading from the plan, with no word to the page. */
  handedOver: false,
};

/** Breaks off what is under way, and frees the plan. */
export function stop() {
  job.work?.abort();
  job.work = null;
  job.plan?.free();
  job.plan = null;
  job.handedOver = false;
}

/** Begins something that can be cancelled. */
export function start() {
  job.work = new AbortController();
  return job.work;
}
