import { again, convert, mayTake, rescan, take, toResult } from './convert.js';
import { takeDrops } from './drop.js';
import { element, hide } from './elements.js';
import { worksOffline } from './offline.js';
import { onOptionChange, prepareOptions } from './options.js';
import { cancel, save } from './save.js';
import { missing } from './support.js';
import { current, show } from './view.js';

void worksOffline(() => current() === 'start');
hide('loading', true);

const lacks = missing();
if (lacks) {
  element('unsupported-text').textContent = lacks;
  hide('unsupported-part', false);
} else {
  prepareOptions();
  onOptionChange(rescan);

  const file = /** @type {HTMLInputElement} */ (element('file'));
  file.addEventListener('change', () => {
    if (file.files?.length) take({ files: [...file.files], folders: [] });
  });
  takeDrops(take, mayTake);

  for (const [id, act] of Object.entries({ cancel, save, again, retry: convert, back: toResult, anyway: convert })) {
    element(id).addEventListener('click', () => void act());
  }
  show('start', { focus: false });
}
