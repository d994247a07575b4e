import { save as write } from '../saving/index.js';
import { again, back, layOut, toResult } from './convert.js';
import { showDone } from './done.js';
import { explain, isAbort } from './errors.js';
import { fail } from './failing.js';
import { job, start } from './job.js';
import { savingOptions } from './options.js';
import { begin, wait } from './progress.js';
import { announce, current, remark, show } from './view.js';

/** @typedef {'asking' | 'writing' | 'checking' | 'handing-over'} Phase */

/** Must run within the click: browsers open their dialogue for saving only then. */
export async function save() {
  const { result } = job;
  // What was typed last may not have been heard of.
  if (!['ready', 'done'].includes(current()) || !result || !layOut()) return;
  const { plan, file, options } = result;
  const choices = savingOptions();
  const { signal } = start();
  const tell = begin('Saving', choices.name);
  let asking = false;
  const onPhase = (/** @type {Phase} */ phase) => {
    asking = phase === 'asking';
    if (!signal.aborted) showPhase(phase);
  };
  try {
    const saving = write(plan, { ...choices, signal, onPhase, onProgress: (p) => signal.aborted || tell(p) });
    show('saving', { guard: true });
    const saved = await saving;
    job.work = null;
    job.handedOver ||= saved.outcome === 'handed-over';
    showDone(saved, { outputSize: plan.outputSize, gzip: choices.gzip, disk: file.name, refers: !!options.dataFile });
    show('done', { buttons: ['resave', 'again', 'back'], guard: job.handedOver });
  } catch (error) {
    job.work = null;
    // Browsers also break off on their own, with the same error; that is a failure.
    if (isAbort(error) && (asking || signal.aborted)) backFromSaving(signal.reason === LEFT);
    else failSaving(explain(error));
  }
}

/** @param {Phase} phase */
function showPhase(phase) {
  const [heading, words] = {
    asking: ['Choose where to save', 'The browser’s dialogue is open.'],
    writing: ['Saving', 'Keep this page open until the image is saved.'],
    checking: ['Waiting for the browser',
      'The file is written. The browser now reads it once more, to check it, before it hands it over. For a large file that takes minutes, and nothing tells how many.'],
    'handing-over': ['Starting the download', ''],
  }[phase];
  wait(heading, words);
  announce(`${heading}. ${words}`);
}

/** @param {boolean} left */
function backFromSaving(left) {
  toResult();
  remark(left
    ? 'Saving stopped when this page was left. The image can still be saved.'
    : 'Saving was cancelled. The image can still be saved.');
}

/** The buttons, the most useful first: of a disk that changed, the plan is of no use any more. @type {Record<string, string[]>} */
const AFTER = { 'source-changed': ['retry', 'again'], 'source-unreadable': ['again', 'retry'] };

/** @param {ReturnType<typeof explain>} problem */
function failSaving(problem) {
  fail({ heading: 'Saving failed', ...problem }, AFTER[problem.code] ?? ['back', 'again']);
}

/** Why saving ends when the page is left. */
const LEFT = new DOMException('the page was left', 'AbortError');

/**
 * Ends saving when the page is left: nothing goes on behind the back of whoever comes back to it. Browsers keep a page as
 * it was, and show it again.
 */
export function leave() {
  if (current() === 'saving') job.work?.abort(LEFT);
}

/** Ends what is under way. */
export function cancel() {
  if (current() === 'scanning') return back('The scan was cancelled. This is the earlier result, with its options.');
  wait('Cancelling', '');
  // What is written is cleared away first; `save` then comes back by itself.
  job.work?.abort();
}

/** Back to where one was, as far as nothing is lost by it. */
export function escape() {
  const state = current();
  if (state === 'scanning' || state === 'saving') cancel();
  else if (state === 'done') back();
  else if (state === 'error') job.result ? back() : again();
}
