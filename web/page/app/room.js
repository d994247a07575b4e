import { roomFor } from '../saving/room.js';
import { element, hide, write } from './elements.js';
import { size } from './format.js';

/**
 * Says before Save what room it takes, where that is more than the image.
 * @param {number} outputSize
 */
export async function showRoom(outputSize) {
  const room = await roomFor(outputSize);
  hide('room-note', !room);
  if (!room) return;
  const { where, bytes } = room;
  element('room-note').dataset.where = where;
  write('room-note', where === 'memory'
    ? `In a private window Firefox keeps the image in memory, twice, until the window is closed. Saving takes about ${size(bytes)} of memory; in an ordinary window it takes next to none.`
    : `Firefox writes the image into its folder for temporary files first, so saving takes another ${size(bytes)} there for a while.`);
}
