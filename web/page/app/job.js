/**
 * What a scan found of a disk, and the image that is planned from it.
 * @typedef {object} Result
 * @property {File} file
 * @property {import('./engine.js').Plan} scanned
 * @property {import('./engine.js').Plan} plan that of the image; `scanned` itself until another option is chosen
 * @property {import('./options.js').ImageOptions} options those of the plan
 * @property {import('./options.js').Names} [names] those that went with it when another disk was chosen
 */

/** What the page works on. There is one disk at a time. */
export const job = {
  /** The disk that was chosen last. @type {File | null} */
  file: null,
  /** What the last scan found that came to an end. It stays until the next one has. @type {Result | null} */
  result: null,
  /** What is under way. Whoever finds another here after waiting has been overtaken. @type {AbortController | null} */
  work: null,
  /** Whether the browser may still be reading the disk for a download, with no word to the page. */
  handedOver: false,
};

/** Breaks off what is under way. */
export function stop() {
  job.work?.abort();
  job.work = null;
}

/** Begins something that can be cancelled. */
export function start() {
  job.work = new AbortController();
  return job.work;
}

/** Puts a result in the place of the one before, whose memory is freed. @param {Result | null} result */
export function put(result) {
  const before = job.result;
  if (before && before.plan !== before.scanned) before.plan.free();
  before?.scanned.free();
  job.result = result;
}

/** Puts another plan in the place of the one before. @param {import('./engine.js').Plan} plan @param {import('./options.js').ImageOptions} options */
export function putPlan(plan, options) {
  const { result } = job;
  if (!result) return;
  if (result.plan !== result.scanned) result.plan.free();
  Object.assign(result, { plan, options });
}
