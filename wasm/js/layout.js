import { freed, stopped } from './errors.js';

/**
 * What the module answers. What it throws is an error of this package.
 *
 * @template T
 * @param {() => T} question
 * @returns {T}
 */
export function asked(question) {
  try {
    return question();
  } catch (cause) {
    throw stopped(cause);
  }
}

/** The module's plan of an image, for as long as it is not freed. What the module cannot do is an error of this package. */
export class Layout {
  /** @type {import('./qcow2_stream_wasm.js').Plan | null} */
  #plan;

  /** @param {import('./qcow2_stream_wasm.js').Plan} plan */
  constructor(plan) {
    this.#plan = plan;
  }

  get outputSize() {
    return this.#asked((plan) => plan.outputSize);
  }

  get summary() {
    return this.#asked((plan) => plan.summary);
  }

  get runs() {
    return this.#asked((plan) => plan.runs);
  }

  get blobParts() {
    return this.#asked((plan) => plan.blobParts);
  }

  get sliceLimit() {
    return this.#asked((plan) => plan.sliceLimit);
  }

  /** @param {number} offset */
  segmentAt(offset) {
    return this.#asked((plan) => plan.segmentAt(offset));
  }

  /** @param {number} offset */
  pieceAt(offset) {
    return this.#asked((plan) => plan.pieceAt(offset));
  }

  /** @param {number} offset @param {number} length */
  metadata(offset, length) {
    return this.#asked((plan) => plan.metadata(offset, length));
  }

  /** @param {number} cells */
  occupancy(cells) {
    return this.#asked((plan) => plan.occupancy(cells));
  }

  /** Tells a planner which clusters hold data. @param {import('./qcow2_stream_wasm.js').Planner} planner */
  addTo(planner) {
    this.#asked((plan) => planner.addPlan(plan));
  }

  /** Gives the memory back. Again, it does nothing. */
  free() {
    const plan = this.#plan;
    this.#plan = null;
    plan?.free();
  }

  /**
   * @template T
   * @param {(plan: import('./qcow2_stream_wasm.js').Plan) => T} question
   * @returns {T}
   */
  #asked(question) {
    if (!this.#plan) {
      throw freed();
    }
    const plan = this.#plan;
    // If it is stopped in the middle, the plan counts as in use for good, and cannot even be freed.
    this.#plan = null;
    const back = () => { this.#plan = plan; };
    return asked(() => {
      try {
        const answer = question(plan);
        back();
        return answer;
      } catch (cause) {
        // The module refused, and came to its end. Any other exception left it in the middle.
        if (typeof Object(cause).code === 'string') {
          back();
        }
        throw cause;
      }
    });
  }
}
