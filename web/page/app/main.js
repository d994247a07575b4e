import { again, back, change, convert, mayTake, take } from './convert.js';
import { takeDrops } from './drop.js';
import { element, hide } from './elements.js';
import { listenToKeys } from './keys.js';
import { worksOffline } from './offline.js';
import { onOptionChange, prepareOptions } from './options.js';
import { cancel, escape, leave, save } from './save.js';
import { missing } from './support.js';
import { current, show } from './view.js';

/** Whoever has clicked, pressed a key or dragged something here may be choosing a file at the moment. */
let isUsed = false;
for (const type of ['pointerdown', 'keydown', 'dragenter']) {
  addEventListener(type, () => { isUsed = true; }, { capture: true, once: true });
}
void worksOffline(() => current() === 'start' && !isUsed, () => {
  if (current() === 'scanning') convert();
});
hide('loading', true);

const lacks = missing();
if (lacks) {
  element('unsupported-text').textContent = lacks;
  hide('unsupported-part', false);
} else {
  prepareOptions();
  onOptionChange(change);

  const file = /** @type {HTMLInputElement} */ (element('file'));
  file.addEventListener('change', () => {
    if (file.files?.length) take({ files: [...file.files], folders: [] });
  });
  // What a browser fills in of an earlier visit could not be chosen again.
  file.value = '';
  takeDrops(take, mayTake);

  for (const [id, act] of Object.entries({ cancel, save, resave: save, again, retry: convert, back: () => back(), anyway: convert })) {
    element(id).addEventListener('click', () => void act());
  }
  listenToKeys(escape);
  addEventListener('pagehide', leave);
  show('start', { focus: false });
}
