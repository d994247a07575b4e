import { element } from './elements.js';

/** What has a use of its own for the keys: Enter goes to it. Text fields have none. */
const BUSY = 'button, summary, select, a, input:not([type="text"]), textarea';

/**
 * Enter does what the state is for, Esc goes back. A key that is held down does it once.
 * @param {() => void} escape
 */
export function listenToKeys(escape) {
  addEventListener('keydown', (event) => {
    const { key, target, repeat, isComposing, ctrlKey, altKey, metaKey, shiftKey } = event;
    if (event.defaultPrevented || repeat || isComposing || ctrlKey || altKey || metaKey || shiftKey) return;
    const on = target instanceof Element ? target : document.body;
    if (key === 'Enter' && !on.closest(BUSY)) {
      event.preventDefault();
      primary()?.click();
    } else if (key === 'Escape' && !on.closest('select')) {
      event.preventDefault();
      escape();
    }
  });
}

/** The button that is coloured, or the input that opens the browser's dialogue for files. @returns {HTMLElement | undefined} */
function primary() {
  const seen = [...document.querySelectorAll('#actions .primary')].find((button) => button.checkVisibility());
  return /** @type {HTMLElement | undefined} */ (seen) ?? (element('start-part').hidden ? undefined : element('file'));
}
