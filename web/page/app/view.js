import { element, hide, write } from './elements.js';
import { guardLeaving } from './leave.js';

/** @typedef {'start' | 'scanning' | 'ready' | 'saving' | 'done' | 'error'} State */

/** @type {Record<State, string>} */
const PART = { start: 'start-part', scanning: 'work-part', ready: 'ready-part', saving: 'work-part', done: 'done-part', error: 'error-part' };
const BUTTONS = ['save', 'resave', 'retry', 'back', 'again', 'anyway'];
const TITLE = document.title;

/** A scan after a change of an option is mostly so quick that another part would only flash up, in milliseconds. */
const FLASH = 250;
let late = 0;

/**
 * Shows a state: its part of the card, its buttons, and whether leaving the page would lose something.
 * @param {State} state
 * @param {object} [how]
 * @param {string[]} [how.buttons] those at the end of the card, the most useful first; after Done nothing is more useful than the rest
 * @param {boolean} [how.options] whether the options can be changed
 * @param {boolean} [how.focus] moves to the heading; not after a change of an option, which is in the midst of being changed
 * @param {boolean} [how.guard]
 * @param {boolean} [how.late] leaves what shows for a moment
 */
export function show(state, { buttons = [], options = state === 'start', focus = true, guard = false, late: wait = false } = {}) {
  clearTimeout(late);
  element('state').dataset.state = state;
  element('state').toggleAttribute('data-stale', wait);
  if (PART[state] !== 'work-part') title('');
  guardLeaving(guard);
  const turn = () => {
    element('state').removeAttribute('data-stale');
    for (const part of new Set(Object.values(PART))) hide(part, part !== PART[state]);
    for (const button of BUTTONS) {
      hide(button, !buttons.includes(button));
      element(button).classList.toggle('primary', state !== 'done' && button === buttons[0]);
    }
    inOrder(buttons);
    // After an error it may be the same disk.
    write('again', state === 'error' ? 'Choose a disk' : 'Choose another disk');
    hide('actions', buttons.length === 0);
    hide('options', !options);
    hide('remark', true);
    if (focus) focusHeading(element(PART[state]));
  };
  if (wait) late = setTimeout(turn, FLASH);
  else turn();
}

/** Only where the order changes: a button that moves while it is pressed is not clicked. @param {string[]} buttons */
function inOrder(buttons) {
  const actions = element('actions');
  const before = [...actions.children].map(({ id }) => id).filter((id) => buttons.includes(id));
  if (before.join() !== buttons.join()) actions.append(...buttons.map(element));
}

/** @param {HTMLElement} part */
function focusHeading(part) {
  const heading = part.querySelector('h2');
  heading?.focus({ preventScroll: true });
  heading?.scrollIntoView({ block: 'nearest' });
}

/** @returns {State} */
export function current() {
  return /** @type {State} */ (element('state').dataset.state);
}

/** What stands first in the window's title, to be seen from another tab. @param {string} words */
export function title(words) {
  document.title = words ? `${words} – ${TITLE}` : TITLE;
}

/** Has a screen reader say what no move of the focus says. @param {string} words */
export function announce(words) {
  write('announce', words);
}

/**
 * A remark above the part that shows, until the next part does.
 * @param {string} words
 */
export function remark(words) {
  write('remark', words);
  hide('remark', !words);
  announce(words);
}
