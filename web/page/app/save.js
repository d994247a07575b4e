import { save as write } from '../saving/index.js';
import { again, toResult } from './convert.js';
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
  const { plan, file } = job;
  if (current() !== 'ready' || !plan || !file) return;
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
    job.handedOver = saved.outcome === 'handed-over';
    showDone(saved, { outputSize: plan.outputSize, gzip: choices.gzip, disk: file.name, refers: job.refers });
    show('done', { buttons: ['again'], guard: job.handedOver });
  } catch (error) {
    job.work = null;
    // Browsers also break off on their own, with the same error; that is a failure.
    if (isAbort(error) && (asking || signal.aborted)) backFromSaving();
    else failSaving(explain(error));
  }
}

/** @param {Phase} phase */
function showPhase(phase) {
  const [heading, words] = {
    asking: ['Choose where to save', 'The browser’s dialogue is open.'],
    writing: ['Saving', ''],
    checking: ['Waiting for the browser',
      'The file is written. The browser now reads it once more, to check it, before it hands it over. For a large file that takes minutes, and nothing tells how many.'],
    'handing-over': ['Starting the download', ''],
  }[phase];
  wait(heading, words);
  announce(`${heading}. ${words}`);
}

function backFromSaving() {
  toResult();
  remark('Saving was cancelled. The image can still be saved.');
}

/** @param {ReturnType<typeof explain>} problem */
function failSaving(problem) {
  // Of a disk that changed, the plan is of no use any more.
  const buttons = problem.code.startsWith('source-') ? ['again'] : ['back', 'again'];
  fail({ heading: 'Saving failed', ...problem }, buttons);
}

/** Ends what is under way. */
export function cancel() {
  if (current() !== 'saving') return again();
  wait('Cancelling', '');
  // What is written is cleared away first; `save` then comes back by itself.
  job.work?.abort();
}
