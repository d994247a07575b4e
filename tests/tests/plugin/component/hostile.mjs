// Hosts of the component that dispose of what is in use, call exports from within imports, throw, and lie: one a seed.
// node hostile.mjs FOLDER FIRST COUNT
// FOLDER has what jco made of the component. Prints, as JSON, how often what happened; a wrong image ends it at once.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { draws } from './draws.mjs';
import { Sink, Source, Watch, disk, image } from './host.mjs';

const [folder, first, count] = process.argv.slice(2);
const { instantiate } = await import(pathToFileURL(join(resolve(folder), 'plugin.js')));
const modules = new Map();
const compile = async (file) => {
  if (!modules.has(file)) modules.set(file, await WebAssembly.compile(readFileSync(join(folder, file))));
  return modules.get(file);
};

const tally = {};
const counts = (what) => { tally[what] = (tally[what] ?? 0) + 1; };
const options = { clusterSize: 512 };

/** What an export comes to: its value, the code of its error, or, after an exception or a trap, `broken`. */
function outcome(work) {
  try {
    return { value: work() };
  } catch (error) {
    // The interface's errors come as they are, or as the payload of an `Error`.
    const { code } = error?.payload ?? (error instanceof Error ? {} : Object(error));
    return typeof code === 'string' ? { code } : { broken: error ?? String(error) };
  }
}

/** What the host may do while the plan runs. Each of it is refused, or harms nothing. */
function abuses(convert, draw, state) {
  const nested = (work) => {
    const { code, broken } = outcome(work);
    if (code !== 'busy') state.nested = `an export from within an import: ${code ?? broken?.stack ?? 'it went well'}`;
  };
  const other = () => new Source(disk(draw(50) * 300), () => {});
  return {
    dispose: () => state.plan?.[Symbol.dispose](),
    'dispose of another': () => state.others.pop()?.[Symbol.dispose](),
    make: () => nested(() => convert.Plan.make(other(), options)),
    'make of the same source': () => nested(() => convert.Plan.make(state.source, options)),
    'make under the same watch': () => nested(() => convert.Plan.make(other(), options, state.watch)),
    run: () => state.others.length && nested(() => state.others[0].run(new Sink(() => {}))),
    'run into the same sink': () => state.others.length && nested(() => state.others[0].run(state.sink)),
    read: () => state.others.length && nested(() => state.others[0].readAt(BigInt(draw(9000)), draw(9000))),
    length: () => state.others.length && assert.equal(state.others[0].length(), state.lengths.get(state.others[0])),
  };
}

/** One host: it plans, does what it should not, and gets the image, an error, or an exception of its own. */
async function play(seed) {
  const draw = draws(seed);
  const { convert } = await instantiate(compile, { 'qcow2-stream:plugin/host': { Source, Sink, Watch } });
  const state = { others: [], lengths: new Map(), plan: null };
  const bytes = disk(draw(30_000), seed);
  const wanted = image(convert, bytes, options);
  for (let nth = draw(4); nth > 0; nth -= 1) {
    const plan = convert.Plan.make(new Source(disk(draw(9000)), () => {}), options);
    state.others.push(plan);
    state.lengths.set(plan, plan.length());
  }
  const known = Object.entries(abuses(convert, draw, state));
  const meet = (call) => {
    if (state.quiet || !draw.onceIn(3)) return undefined;
    if (draw.onceIn(30)) return draw.fault(call);
    const [name, act] = known[draw(known.length)];
    counts(name);
    act();
    return undefined;
  };
  state.source = new Source(bytes, meet);
  state.sink = new Sink(meet);
  state.watch = new Watch(meet);
  const planned = outcome(() => convert.Plan.make(state.source, options, state.watch));
  state.plan = planned.value;
  const done = planned.value ? runOrRead(draw, state, wanted) : planned;
  judge(done, state, wanted);
  assert.equal(state.nested, undefined);
  after(convert, done, state);
}

/** The image, by either way. */
function runOrRead(draw, { plan, sink, watch }, { length }) {
  if (draw.onceIn(2)) return outcome(() => plan.run(sink, undefined, watch));
  return outcome(() => { sink.chunks = [plan.readAt(0n, length)]; });
}

function judge(done, { source, sink, watch }, wanted) {
  const fault = source.fault ?? sink.fault ?? watch.fault;
  if (done.broken) {
    assert.ok(fault?.throws, `${done.broken?.stack}`);
    counts('an exception of the host');
  } else if (done.code) {
    assert.ok(fault, `${done.code} though the host did nothing wrong`);
    assert.ok(fault.codes.includes(done.code), `${done.code} after ${fault.name}`);
    counts(`error: ${done.code}`);
  } else {
    assert.equal(fault, undefined, 'a fault was overlooked');
    assert.ok(Buffer.concat(sink.chunks).equals(wanted), 'a wrong image');
    counts('the image');
  }
}

/** What was said to be refused or gone has left nothing behind; what was broken says so, whatever is called. */
function after(convert, { broken }, state) {
  state.quiet = true;
  const again = outcome(() => image(convert, disk(2000), options));
  if (broken) {
    assert.ok(again.code === 'busy' || again.broken, 'an instance that was broken goes on');
    return;
  }
  assert.equal(again.broken ?? again.code, undefined);
  for (const plan of state.others) assert.equal(plan.length(), state.lengths.get(plan));
}

for (let seed = Number(first); seed < Number(first) + Number(count); seed += 1) {
  try {
    await play(seed);
  } catch (error) {
    console.error(`seed ${seed}: ${error.stack}`);
    process.exit(1);
  }
}
console.log(JSON.stringify(tally));
