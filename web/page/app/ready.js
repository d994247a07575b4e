import { element, hide, write } from './elements.js';
import { exact, percent, size } from './format.js';
import { visible } from './names.js';
import { drawPicture } from './picture.js';
import { showRoom } from './room.js';

/**
 * Shows what an image will be.
 * @param {import('./job.js').Result} result
 */
export function showResult({ plan, file, options }) {
  const { virtualSize } = plan.summary;
  write('ready-name', visible(file.name));
  write('saving-words', saving(plan, options));
  write('output-words', size(plan.outputSize));
  write('output-size', exact(plan.outputSize));
  element('output-size').dataset.bytes = `${plan.outputSize}`;
  write('disk-words', size(virtualSize));
  write('disk-size', exact(virtualSize));
  hide('rounded-note', virtualSize === file.size);
  void showRoom(plan.outputSize);

  const unread = !!options.dataFile?.raw;
  const drawn = virtualSize > 0 && !unread;
  hide('picture', !drawn);
  hide('picture-none', drawn);
  if (drawn) drawPicture(plan);
  else if (unread) write('picture-none', 'The image refers to the whole disk. It was not read, so what it holds is not known here.');
  else write('picture-none', 'The disk has no sectors.');
}

/**
 * What one gains by it, in a few words.
 * @param {import('./engine.js').Plan} plan
 * @param {import('./options.js').ImageOptions} options
 */
function saving({ outputSize, summary }, { dataFile }) {
  const { virtualSize, clusterSize, allocatedClusters } = summary;
  if (dataFile) return 'Only metadata: the data stays in the raw disk';
  if (!virtualSize) return 'The disk holds nothing';
  const difference = outputSize - virtualSize;
  if (!difference) return 'As large as the disk';
  const share = capital(percent(Math.abs(difference), virtualSize));
  if (difference < 0) return `${share} smaller than the disk`;
  // Of a disk that is smaller than the tables, a share tells nothing.
  const larger = difference < virtualSize ? `${share} larger` : 'Larger';
  const full = allocatedClusters * clusterSize >= virtualSize;
  return full ? `${larger}: the disk is full, there are no zeros to leave out` : `${larger} than the disk`;
}

/** As at the beginning of a sentence: "Less than 1%". @param {string} words */
function capital(words) {
  return words[0].toUpperCase() + words.slice(1);
}
