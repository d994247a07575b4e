import { hide, write } from './elements.js';
import { exact } from './format.js';
import { visible } from './names.js';
import { showVerification } from './verify.js';

/**
 * Shows what was saved, and how to see that it is right.
 * @param {Awaited<ReturnType<typeof import('../saving/index.js')['save']>>} saved
 * @param {object} about
 * @param {number} about.outputSize
 * @param {boolean} about.gzip
 * @param {string} about.disk
 * @param {boolean} about.refers
 */
export function showDone(saved, { outputSize, gzip, disk, refers }) {
  const seen = saved.outcome === 'saved';
  write('done-heading', seen ? 'Saved' : 'Your browser is downloading it');
  write('done-text', seen
    ? `The whole file is written${gzip ? '.' : ', and its size is right.'}`
    : 'The browser writes the file by itself now, and shows how far it is in its list of downloads. This page can’t see the end of it: check the file when it is there.');
  hide('done-keep', seen);
  write('done-name', visible(saved.name));
  write('done-size-term', gzip ? 'Size, unpacked' : 'Size');
  write('done-size', exact(outputSize));
  showVerification({ name: saved.name, gzip, size: outputSize, disk, refers });
}
