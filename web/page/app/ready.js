import { element, hide, write } from './elements.js';
import { exactAndBinary, size } from './format.js';
import { drawPicture } from './picture.js';
import { showRoom } from './room.js';

/**
 * Shows what an image will be.
 * @param {import('./engine.js').Plan} plan
 * @param {File} file
 * @param {boolean} unread whether the image refers to every cluster, whatever it holds
 */
export function showResult(plan, file, unread) {
  const { virtualSize } = plan.summary;
  write('output-words', size(plan.outputSize));
  write('output-size', exactAndBinary(plan.outputSize));
  element('output-size').dataset.bytes = `${plan.outputSize}`;
  write('disk-words', size(virtualSize));
  write('disk-size', exactAndBinary(virtualSize));
  hide('rounded-note', virtualSize === file.size);
  void showRoom(plan.outputSize);

  const drawn = virtualSize > 0 && !unread;
  hide('picture', !drawn);
  hide('picture-none', drawn);
  if (drawn) drawPicture(plan);
  else if (unread) write('picture-none', 'The image refers to the whole disk. It was not read, so what it holds is not known here.');
  else write('picture-none', 'The disk has no sectors.');
}
