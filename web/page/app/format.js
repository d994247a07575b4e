// The page is in English, so its numbers are, too: a point in one place and a comma in the other would be misread.
const LOCALE = 'en';
/**
 * Sizes are in the units of the system's file manager, so that they can be compared with what it shows. Windows counts in powers of
 * 1024 and writes GB; macOS, GNOME and most of the rest in powers of 1000, as the labels of disks do.
 */
const BASE = navigator.userAgent.includes('Windows') ? 1024 : 1000;
const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'];
const BINARY = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
const whole = new Intl.NumberFormat(LOCALE);
const three = new Intl.NumberFormat(LOCALE, { maximumSignificantDigits: 3 });

/** @param {number} value @param {number} base */
function power(value, base) {
  let step = 0;
  for (; value >= base && step < 5; step += 1) value /= base;
  return { value, step };
}

/** @param {number} value @param {string} unit @param {number} digits */
function unit(value, unit, digits = 3) {
  const unitDisplay = unit.includes('byte') && unit !== 'byte' ? 'short' : 'long';
  return new Intl.NumberFormat(LOCALE, { style: 'unit', unit, unitDisplay, maximumSignificantDigits: digits }).format(value);
}

/** "12.3 GB". @param {number} bytes @param {number} [digits] */
export function size(bytes, digits = 3) {
  const { value, step } = power(bytes, BASE);
  return unit(value, UNITS[step], step ? digits : 4);
}

/** "13,207,024,640 bytes". @param {number} bytes */
export function exact(bytes) {
  return plural(bytes, 'byte', 'bytes');
}

/** "1 file", "2 files". @param {number} number @param {string} one @param {string} many */
export function plural(number, one, many) {
  return `${whole.format(number)} ${number === 1 ? one : many}`;
}

/** "64 KiB", as QEMU has it: the size of a cluster is a power of two. @param {number} bytes */
export function binary(bytes) {
  const { value, step } = power(bytes, 1024);
  return `${three.format(value)} ${BINARY[step]}`;
}

/** "512 MB/s". @param {number} bytesPerSecond */
export function speed(bytesPerSecond) {
  return unit(bytesPerSecond / BASE ** 2, 'megabyte-per-second');
}

/** "213". @param {number} number */
export function count(number) {
  return whole.format(number);
}

/** "4.2 %" would be wrong in English: "4.2%". Never 0% of something, nor 100% of less than all. @param {number} part @param {number} all */
export function percent(part, all) {
  const share = all ? part / all : 0;
  if (share > 0 && share < 0.01) return 'less than 1%';
  if (share > 0.99 && share < 1) return 'more than 99%';
  return `${Math.round(share * 100)}%`;
}

/** "about 2 minutes left": coarse, so that it stays the same for a while. @param {number} seconds */
export function timeLeft(seconds) {
  if (seconds < 5) return 'a few seconds left';
  if (seconds < 55) return `about ${unit(Math.ceil(seconds / 10) * 10, 'second')} left`;
  if (seconds < 55 * 60) return `about ${unit(Math.max(1, Math.round(seconds / 60)), 'minute')} left`;
  return `about ${unit(Math.round(seconds / 1800) / 2, 'hour')} left`;
}
