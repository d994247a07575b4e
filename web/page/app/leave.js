/** @param {BeforeUnloadEvent} event */
function ask(event) {
  event.preventDefault();
}

/**
 * Has the browser ask before the page is left. Only while it matters: the listener alone keeps pages out of the
 * browser's cache for going back.
 * @param {boolean} on
 */
export function guardLeaving(on) {
  if (on) addEventListener('beforeunload', ask);
  else removeEventListener('beforeunload', ask);
}
