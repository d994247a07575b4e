/**
 * The segments of an image from front to back.
 *
 * @param {import('./layout.js').Layout} plan
 * @returns {Generator<import('./index.js').Segment, void>}
 */
export function* segments(plan) {
  let position = 0;
  for (let segment = plan.segmentAt(0); segment; segment = plan.segmentAt(position)) {
    position += segment.length;
    yield segment;
  }
}
