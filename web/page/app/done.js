import { hide, write } from './elements.js';
import { exact } from './format.js';
import { visible } from './names.js';
import { showVerification } from './verify.js';

/**
 * Shows what was saved, as far as the page knows, and how to see that it is right. Of a download a page hears nothing: neither
 * whether the browser began it, nor its name, nor its end.
 * @param {Awaited<ReturnType<typeof import('../saving/index.js')['save']>>} saved
 * @param {object} about
 * @param {number} about.outputSize
 * @param {boolean} about.gzip
 * @param {string} about.disk
 * @param {boolean} about.refers
 */
export function showDone(saved, { outputSize, gzip, disk, refers }) {
  const seen = saved.outcome === 'saved';
  write('done-heading', seen ? 'The image is saved' : 'Look in your browser’s downloads');
  write('done-text', seen
    ? `The whole file is written${gzip ? '.' : ', and its size is right.'}`
    : 'Your browser has been asked to save the image. This page can’t see what becomes of it: look in the browser’s list of downloads. If the image isn’t there or has failed, save it again.');
  hide('done-keep', seen);
  write('done-name', visible(saved.name));
  hide('done-renamed', seen);
  write('done-size-term', gzip ? 'Size, unpacked' : 'Size');
  write('done-size', exact(outputSize));
  showVerification({ name: saved.name, gzip, size: outputSize, disk, refers, sure: seen });
}
