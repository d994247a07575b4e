import { element, hide, write } from './elements.js';
import { job } from './job.js';
import { show } from './view.js';

/**
 * Shows what is wrong, and what to do.
 * @param {import('./intake.js').Problem} problem
 * @param {string[]} buttons
 * @param {boolean} [options] whether another option may help
 */
export function fail(problem, buttons, options = false) {
  job.work = null;
  write('error-heading', problem.heading);
  element('error-heading').classList.toggle('warn', !!problem.doubt);
  write('error-message', problem.message);
  write('error-remedy', problem.remedy);
  write('error-command', problem.command ?? '');
  hide('error-command', !problem.command);
  show('error', { buttons, options });
}
