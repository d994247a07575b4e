import { element } from './elements.js';
import { engine } from './engine.js';
import { explain } from './errors.js';
import { fail } from './failing.js';
import { size } from './format.js';
import { suspicion, unfit } from './intake.js';
import { job, put, putPlan, start, stop } from './job.js';
import { imageOptions, names, proposeNames, restore } from './options.js';
import { begin } from './progress.js';
import { showResult } from './ready.js';
import { possibilities } from '../saving/index.js';
import { announce, current, remark, show } from './view.js';

/** What to see to until the image is saved. */
const CARE = possibilities().noticesWrites ? '' : 'Make sure that nothing writes to the disk until the image is saved: Firefox does not notice.';

/** The options of the scan under way. @type {import('./options.js').ImageOptions | null} */
let scanning = null;

/** Whether another disk would break off nothing. */
export function mayTake() {
  return current() !== 'saving';
}

/** Begins with what was dropped or picked. @param {import('./drop.js').Dropped} dropped */
export function take(dropped) {
  if (!mayTake()) return remark('That file was not taken: the image of the last disk is still being saved.');
  const problem = unfit(dropped);
  if (problem && current() === 'scanning') return remark(`${problem.message} ${problem.remedy}`);
  stop();
  if (problem) return fail(problem, orBack(['again']));
  if (job.result && job.result.file === job.file) job.result.names = names();
  job.handedOver = false;
  job.file = dropped.files[0];
  proposeNames(job.file.name);
  void scan({ look: true });
}

/** Scans, whatever the file looks like. */
export function convert() {
  void scan();
}

/** After a change of an option. The focus stays there: the next change may follow. */
export function change() {
  const state = current();
  if (!job.file || !['scanning', 'ready', 'error'].includes(state)) return;
  const known = state === 'scanning' ? scanning : job.result?.file === job.file && job.result.options;
  if (known && !needsScan(known, imageOptions())) {
    if (state !== 'scanning' && layOut()) toResult(false);
  } else {
    void scan({ focus: false });
  }
}

/**
 * Whether the disk must be read for other options. Only the size of a cluster changes what holds data; with a raw data file
 * nothing was read.
 * @param {import('./options.js').ImageOptions} known @param {import('./options.js').ImageOptions} wanted
 */
function needsScan(known, wanted) {
  return known.clusterSize !== wanted.clusterSize || (!!known.dataFile?.raw && !wanted.dataFile?.raw);
}

/** Plans the image anew if options have changed since. Returns whether there is such an image. */
export function layOut() {
  const { result } = job;
  if (!result) return false;
  const options = imageOptions();
  if (JSON.stringify(options) === JSON.stringify(result.options)) return true;
  try {
    putPlan(result.scanned.replan(options), options);
  } catch (error) {
    fail({ heading: 'There is no such image', ...explain(error) }, ['back', 'again'], true);
    return false;
  }
  announce(`The image will have ${size(result.plan.outputSize)}.`);
  return true;
}

/** @param {{ look?: boolean, focus?: boolean }} [how] */
async function scan({ look = false, focus = true } = {}) {
  const disk = job.file;
  if (!disk) return;
  stop();
  const mine = start();
  const tell = begin('Scanning', disk.name, `Looking for the parts that hold data. ${CARE}`);
  show('scanning', { options: true, focus, guard: true, late: !focus && current() === 'ready' });
  try {
    const doubt = look ? await suspicion(disk) : null;
    if (mine !== job.work) return;
    if (doubt) return fail(doubt, orBack(['again', 'anyway']));
    scanning = imageOptions();
    const options = scanning;
    const { scan } = await engine();
    if (mine !== job.work) return;
    const plan = await scan(disk, { ...options, signal: mine.signal, onProgress: (p) => mine === job.work && tell(p) });
    if (mine !== job.work) return plan.free();
    job.work = null;
    put({ file: disk, scanned: plan, plan, options });
    // Other options may have been chosen meanwhile.
    if (!layOut()) return;
    toResult(focus);
    if (!focus) announce(`Scanned again: the image will have ${size(plan.outputSize)}.`);
  } catch (error) {
    if (mine === job.work) fail({ heading: 'The scan failed', ...explain(error) }, orBack(['retry', 'again']), true);
  }
}

/** The buttons, and one for the way back where there is a result. @param {string[]} buttons */
function orBack(buttons) {
  return job.result ? [...buttons, 'back'] : buttons;
}

/** Shows what the scan found, and the options and names that go with it. */
export function toResult(focus = true) {
  const { result } = job;
  if (!result) return;
  if (job.file !== result.file && result.names) restore(result.names);
  job.file = result.file;
  showResult(result);
  show('ready', { buttons: ['save', 'again'], options: true, focus });
}

/** Goes back to the result that there was before, with its options. @param {string} [why] */
export function back(why = '') {
  stop();
  if (!job.result) return again();
  restore(job.result.options);
  toResult();
  if (why) remark(why);
}

/** Back to the beginning. */
export function again() {
  stop();
  put(null);
  job.handedOver = false;
  job.file = null;
  // Else the same file could not be chosen again.
  /** @type {HTMLInputElement} */ (element('file')).value = '';
  show('start');
}
