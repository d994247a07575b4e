import { make } from './elements.js';
import { announce } from './view.js';

/** How long a button says that it has copied, in milliseconds. */
const SAID = 2000;

/**
 * A line for a terminal, with a button that copies it. Over plain HTTP browsers let no page copy; then there is none.
 * @param {string} line
 * @param {Record<string, string>} [attributes] of the line
 */
export function copyable(line, attributes = {}) {
  const text = make('pre', attributes, line);
  if (!navigator.clipboard) return text;
  const button = make('button', { type: 'button', class: 'copy', 'aria-label': `Copy: ${line}` }, 'Copy');
  button.addEventListener('click', () => void copy(line, button));
  return make('div', { class: 'copyable' }, text, button);
}

/** @param {string} line @param {HTMLElement} button */
async function copy(line, button) {
  const done = await navigator.clipboard.writeText(line).then(() => true, () => false);
  button.textContent = done ? 'Copied' : 'Not copied';
  announce(done ? 'Copied.' : 'The browser did not let this page copy. Select the line and copy it yourself.');
  setTimeout(() => { button.textContent = 'Copy'; }, SAID);
}
