import { element } from './elements.js';
import { engine } from './engine.js';
import { explain } from './errors.js';
import { fail } from './failing.js';
import { size } from './format.js';
import { suspicion, unfit } from './intake.js';
import { job, start, stop } from './job.js';
import { imageOptions, proposeNames } from './options.js';
import { begin } from './progress.js';
import { showResult } from './ready.js';
import { possibilities } from '../saving/index.js';
import { announce, current, remark, show } from './view.js';

/** What to see to until the image is saved. */
const CARE = possibilities().noticesWrites ? '' : 'Make sure that nothing writes to the disk meanwhile: Firefox does not notice.';

/** Whether another disk would break off nothing. */
export function mayTake() {
  return current() !== 'saving' && !job.handedOver;
}

/** Begins with what was dropped or picked. @param {import('./drop.js').Dropped} dropped */
export function take(dropped) {
  if (!mayTake()) return remark('That file was not taken: the image of the last one is still being saved.');
  stop();
  job.file = null;
  const problem = unfit(dropped);
  if (problem) return fail(problem, ['again']);
  job.file = dropped.files[0];
  proposeNames(job.file.name);
  void scan({ look: true });
}

/** Scans, whatever the file looks like. */
export function convert() {
  void scan();
}

/** After a change of an option. The focus stays there: the next change may follow. */
export function rescan() {
  if (job.file && ['scanning', 'ready', 'error'].includes(current())) void scan({ focus: false });
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
    if (doubt) return fail(doubt, ['again', 'anyway']);
    const options = imageOptions();
    const { scan } = await engine();
    if (mine !== job.work) return;
    const plan = await scan(disk, { ...options, signal: mine.signal, onProgress: (p) => mine === job.work && tell(p) });
    if (mine !== job.work) return plan.free();
    Object.assign(job, { plan, work: null, refers: !!options.dataFile, unread: !!options.dataFile?.raw });
    toResult(focus);
    if (!focus) announce(`Scanned again: the image will have ${size(plan.outputSize)}.`);
  } catch (error) {
    if (mine === job.work) fail({ heading: 'The scan failed', ...explain(error) }, ['retry', 'again'], true);
  }
}

/** Shows what the scan found. */
export function toResult(focus = true) {
  if (!job.plan || !job.file) return;
  showResult(job.plan, job.file, job.unread);
  show('ready', { buttons: ['save', 'again'], options: true, focus });
}

/** Back to the beginning. */
export function again() {
  stop();
  job.file = null;
  // Else the same file could not be chosen again.
  /** @type {HTMLInputElement} */ (element('file')).value = '';
  show('start');
}
