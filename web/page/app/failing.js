import { copyable } from './copy.js';
import { element, hide, write } from './elements.js';
import { job } from './job.js';
import { show } from './view.js';

/**
 * Shows what is wrong, and what to do.
 * @param {import('./intake.js').Problem} problem
 * @param {string[]} buttons the first is what most people want
 * @param {boolean} [options] whether another option may help
 */
export function fail(problem, buttons, options = false) {
  job.work = null;
  write('error-heading', problem.heading);
  element('error-heading').classList.toggle('warn', !!problem.doubt);
  write('error-message', problem.message);
  write('error-remedy', problem.remedy);
  element('error-command').replaceChildren(...(problem.command ? [copyable(problem.command)] : []));
  hide('error-command', !problem.command);
  write('error-detail', problem.detail ?? '');
  hide('error-details', !problem.detail);
  /** @type {HTMLDetailsElement} */ (element('error-details')).open = false;
  show('error', { buttons, options });
}
