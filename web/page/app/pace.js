/** Over how many seconds the speed is smoothed. */
const MEMORY = 6;
/** Before this many seconds nothing is said: a first speed is a guess. */
const PATIENCE = 1.5;

/** Speed and time left from the bytes done so far. */
export class Pace {
  #start = NaN;
  #time = NaN;
  #bytes = 0;
  #speed = 0;

  /**
   * @param {number} bytes
   * @param {number} total
   * @param {number} now in seconds
   * @returns {{ speed: number, left: number } | null}
   */
  update(bytes, total, now) {
    // Time counts from the first bytes: before them a dialogue may have been open.
    if (Number.isNaN(this.#start)) {
      this.#start = this.#time = now;
      this.#bytes = bytes;
    }
    const seconds = now - this.#time;
    if (seconds > 0) {
      const latest = (bytes - this.#bytes) / seconds;
      // The first samples weigh as in a plain average; later ones fade.
      const weight = Math.max(1 - Math.exp(-seconds / MEMORY), seconds / (now - this.#start));
      this.#speed += (latest - this.#speed) * Math.min(weight, 1);
      this.#time = now;
      this.#bytes = bytes;
    }
    if (now - this.#start < PATIENCE || this.#speed <= 0) return null;
    return { speed: this.#speed, left: (total - bytes) / this.#speed };
  }
}
