// Runs a WASI module in Node again and again, one of whose calls to its host fails: node node_host.mjs MODULE TASK
//
// The task is a file of JSON: the module's arguments, where it writes, and faults. The answer is a line of JSON for each
// fault, or, if there are none, one with the calls of a run in which nothing fails.
import { closeSync, existsSync, openSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { WASI } from 'node:wasi';

const { args, disk, output, faults } = JSON.parse(readFileSync(process.argv[3], 'utf8'));
const module = await WebAssembly.compile(readFileSync(process.argv[2]));

/** WASI's numbers of errors. */
const ERRORS = { EAGAIN: 6, EINTR: 27, EIO: 29, ENOSPC: 51, EPIPE: 64 };

/** Calls by what they do. What is in none of these lists stays within the module and its engine. */
const CLASSES = {
  Read: ['fd_read', 'fd_pread'],
  Write: ['fd_write', 'fd_pwrite'],
  Close: ['fd_close'],
  Other: [
    'fd_advise', 'fd_allocate', 'fd_datasync', 'fd_fdstat_get', 'fd_fdstat_set_flags', 'fd_filestat_get',
    'fd_filestat_set_size', 'fd_seek', 'fd_sync', 'fd_tell', 'path_create_directory', 'path_filestat_get', 'path_link',
    'path_open', 'path_readlink', 'path_remove_directory', 'path_rename', 'path_unlink_file',
  ],
};
const CLASS_OF = Object.fromEntries(
  Object.entries(CLASSES).flatMap(([name, calls]) => calls.map((call) => [call, name])),
);

/** Where the path of a call is: the index of its address among the arguments; its length follows. */
const PATHS = {
  path_create_directory: 1, path_filestat_get: 2, path_link: 2, path_open: 2, path_readlink: 1, path_remove_directory: 1,
  path_rename: 1, path_unlink_file: 1,
};

/** A run of the module. */
class Run {
  calls = [];
  hits = 0;
  #seen = 0;
  #sides = new Map();
  #fault;
  #memory;

  constructor(fault) {
    this.#fault = fault;
  }

  /** Runs the module, and returns its exit status. */
  async start() {
    const stdout = openSync(output.stdout, 'w');
    const stderr = openSync(output.stderr, 'w');
    const options = { version: 'preview1', args: ['qcow2-to-stdout', ...args], preopens: { '.': '.' }, stdout, stderr };
    const wasi = new WASI({ ...options, returnOnExit: true });
    const { wasi_snapshot_preview1: host } = wasi.getImportObject();
    const watched = Object.entries(host).map(([name, call]) => [name, this.#watch(name, call)]);
    const imports = { wasi_snapshot_preview1: Object.fromEntries(watched) };
    const instance = await WebAssembly.instantiate(module, imports);
    this.#memory = instance.exports.memory;
    try {
      return wasi.start(instance);
    } finally {
      closeSync(stdout);
      closeSync(stderr);
    }
  }

  get #view() {
    return new DataView(this.#memory.buffer);
  }

  #watch(name, call) {
    const kind = CLASS_OF[name];
    return kind === undefined ? call : (...values) => this.#on(name, kind, call, values);
  }

  #on(name, kind, call, values) {
    const side = this.#side(name, values);
    if (side === undefined) {
      return call(...values);
    }
    const entry = { name, class: kind, ...side, divisible: this.#divisible(kind, values) };
    this.calls.push(entry);
    const action = this.#action(entry);
    if (action === undefined) {
      const errno = call(...values);
      this.#remember(name, errno, values, side);
      return errno;
    }
    this.hits += 1;
    return this.#act(action, kind, call, values);
  }

  #act(action, kind, call, values) {
    if (action === 'less') {
      return this.#shortened(call, values);
    }
    if (kind === 'Close') {
      call(...values);
    }
    if (action === 'nothing') {
      this.#view.setUint32(values.at(-1), 0, true);
      return 0;
    }
    return ERRORS[action];
  }

  /** Takes one piece, and of that half. */
  #shortened(call, [fd, pieces, , ...rest]) {
    const length = this.#view.getUint32(pieces + 4, true);
    this.#view.setUint32(pieces + 4, half(length), true);
    const errno = call(fd, pieces, 1, ...rest);
    this.#view.setUint32(pieces + 4, length, true);
    return errno;
  }

  #divisible(kind, [, pieces, count]) {
    return (kind === 'Read' || kind === 'Write') && count > 0 && this.#view.getUint32(pieces + 4, true) > 1;
  }

  #action(call) {
    const fault = this.#fault;
    if (!fault) {
      return undefined;
    }
    const alike = call.name === fault.name && call.input === fault.input;
    this.#seen += alike;
    const first = alike && this.#seen === fault.nth;
    const again = fault.lasting && this.hits > 0 && call.input === fault.input && fault.classes.includes(call.class);
    return first || again ? fault.action : undefined;
  }

  /** Whether a call is about the input or the output; undefined if about neither. */
  #side(name, values) {
    const at = PATHS[name];
    if (at === undefined) {
      return values[0] === 1 ? this.#stdout() : this.#sides.get(values[0]);
    }
    const bytes = new Uint8Array(this.#memory.buffer, values[at], values[at + 1]);
    return sideOf(new TextDecoder().decode(bytes) === disk);
  }

  #stdout() {
    return output.isStdout ? sideOf(false) : undefined;
  }

  #remember(name, errno, values, side) {
    if (name === 'path_open' && errno === 0) {
      this.#sides.set(this.#view.getUint32(values.at(-1), true), side);
    } else if (name === 'fd_close') {
      this.#sides.delete(values[0]);
    }
  }
}

const sideOf = (input) => ({ input, output: !input });
const half = (length) => (length > 2 ? Math.floor(length / 2) | 1 : 1);

const before = readdirSync('.');
const tell = (value) => console.log(JSON.stringify(value));

async function run(fault) {
  rmSync(output.file, { force: true });
  const run_ = new Run(fault);
  const code = await run_.start();
  const left = readdirSync('.').filter((name) => !before.includes(name) && name !== output.file);
  left.forEach((name) => rmSync(name));
  const image = existsSync(output.file) ? readFileSync(output.file) : null;
  return { run: run_, code, left, image, stderr: readFileSync(output.stderr, 'utf8') };
}

const { run: { calls }, code, image: right, stderr } = await run(null);
if (faults.length === 0) {
  tell({ code, stderr, calls });
}
for (const fault of faults) {
  const { run: { hits }, code, left, image, stderr } = await run(fault);
  const kept = image === null ? 'None' : image.equals(right) ? 'Whole'
    : image.equals(right.subarray(0, image.length)) ? 'Begins' : 'Other';
  tell({ code, stderr, hits, left, image: kept });
}
