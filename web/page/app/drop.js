import { hide, write } from './elements.js';

/** @typedef {{ files: File[], folders: string[] }} Dropped */

/** How long after the last `dragover` the drag is over, in milliseconds: browsers send one at least every 350 ms. */
const GONE = 500;

/**
 * Takes files dropped anywhere on the window.
 * @param {(dropped: Dropped) => void} take
 * @param {() => boolean} mayTake
 */
export function takeDrops(take, mayTake) {
  let timer = 0;
  // `dragleave` also fires between two elements and not when a drag is broken off, so time tells.
  const end = () => { clearTimeout(timer); hide('drop-hint', true); };

  addEventListener('dragover', (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    // Also where it cannot be taken: else the browser would open the file in place of the page.
    event.preventDefault();
    event.dataTransfer.dropEffect = mayTake() ? 'copy' : 'none';
    write('drop-words', mayTake() ? 'Drop the disk file anywhere' : 'Not now: an image is still being saved');
    hide('drop-hint', false);
    clearTimeout(timer);
    timer = setTimeout(end, GONE);
  });
  addEventListener('drop', (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    end();
    take(contents(event.dataTransfer));
  });
}

/**
 * Must be called within the event: afterwards the browser empties the list.
 * @param {DataTransfer} data
 * @returns {Dropped}
 */
function contents(data) {
  /** @type {Dropped} */
  const dropped = { files: [], folders: [] };
  for (const item of data.items) {
    if (item.kind !== 'file') continue;
    const entry = item.webkitGetAsEntry?.();
    const file = item.getAsFile();
    if (entry?.isDirectory) dropped.folders.push(entry.name);
    else if (file) dropped.files.push(file);
  }
  return dropped;
}
