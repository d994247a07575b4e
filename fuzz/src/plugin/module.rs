//! The module in wasmi.

use std::sync::OnceLock;

use wasmi::{
    Caller, Engine, Extern, Instance, Linker, Memory, Store, StoreLimits, StoreLimitsBuilder,
    WasmParams, WasmResults,
};

use super::case::{Action, Case};
use super::host::Host;
use super::{Outcome, Played};
use crate::choice::{once_in, within};

/// Where `plugin-build` has to put it.
const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/plugin/qcow2_stream_plugin.wasm");

/// The most memory that an instance gets, in bytes.
const MEMORY: usize = 16 << 20;

/// What the engine holds for an instance.
pub(super) struct State {
    pub(super) host: Host,
    limits: StoreLimits,
}

/// An instance with its host.
pub(super) struct Module {
    pub(super) store: Store<State>,
    instance: Instance,
    memory: Memory,
}

/// The engine and the module, compiled once.
fn compiled() -> &'static (Engine, wasmi::Module) {
    static COMPILED: OnceLock<(Engine, wasmi::Module)> = OnceLock::new();
    COMPILED.get_or_init(|| {
        let bytes = std::fs::read(PATH).unwrap_or_else(|error| {
            panic!(
                "{PATH}: {error}; in the workspace, run: cargo run -p plugin-build -- fuzz/plugin"
            )
        });
        let engine = Engine::default();
        let module = wasmi::Module::new(&engine, &bytes).expect("it is a module");
        (engine, module)
    })
}

impl Module {
    pub(super) fn new(case: &Case, answers: &[u8]) -> Self {
        let (engine, module) = compiled();
        let limits = StoreLimitsBuilder::new().memory_size(MEMORY).build();
        let mut store = Store::new(engine, State { host: Host::new(case, answers), limits });
        store.limiter(|state| &mut state.limits);
        let instance = linker(engine).instantiate_and_start(&mut store, module);
        let instance = instance.expect("it can be instantiated");
        let memory = instance.get_memory(&store, "memory").expect("it exports its memory");
        Self { store, instance, memory }
    }

    /// Calls an export, which must not trap.
    pub(super) fn call<P: WasmParams, R: WasmResults>(&mut self, name: &str, params: P) -> R {
        self.store.data_mut().host.begin();
        let function = self.instance.get_typed_func::<P, R>(&self.store, name);
        let function = function.expect("an export of this type");
        function.call(&mut self.store, params).unwrap_or_else(|trap| panic!("{name}: {trap}"))
    }

    /// The memory as it is now.
    pub(super) fn bytes(&self) -> &[u8] {
        self.memory.data(&self.store)
    }

    pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
        self.memory.data_mut(&mut self.store)
    }

    /// The failure that a negative result stands for.
    pub(super) fn failure(&mut self, result: i64) -> (u8, String) {
        assert!((-12..=-1).contains(&result), "{result} is no code, or a defect");
        let (at, length): (u32, u32) =
            (self.call("error_message", ()), self.call("error_length", ()));
        let text = &self.bytes()[at as usize..][..length as usize];
        let text = String::from_utf8(text.to_vec()).expect("the text is UTF-8");
        assert!(!text.is_empty() && text.len() <= 1000);
        (result.unsigned_abs() as u8, text)
    }

    fn outcome(&mut self, result: i64, bytes: impl FnOnce(&Self) -> Vec<u8>) -> Outcome {
        if result < 0 { Err(self.failure(result)) } else { Ok(bytes(self)) }
    }

    /// Plays a case.
    pub(super) fn play(&mut self, case: &Case) -> Played {
        let length = case.name.len() as u32;
        let name: u32 = self.call("alloc", length);
        assert!(name != 0, "there is memory");
        self.bytes_mut()[name as usize..][..case.name.len()].copy_from_slice(&case.name);
        let options = (case.cluster_size, case.refcount_bits, case.data_file);
        let params = (0_u32, options.0, options.1, options.2, name, length);
        let plan: i32 = self.call("plan", params);
        let planned = self.outcome(plan.into(), |_| Vec::new());
        let mut outcomes = vec![planned];
        if plan >= 0 {
            outcomes.extend(case.actions.iter().map(|action| self.act(plan, action)));
        }
        let host = &mut self.store.data_mut().host;
        Played { outcomes, image: std::mem::take(&mut host.image), calls: host.calls }
    }

    fn act(&mut self, plan: i32, action: &Action) -> Outcome {
        match *action {
            Action::Length => {
                let length: i64 = self.call("length", plan);
                self.outcome(length, |_| length.to_le_bytes().to_vec())
            }
            Action::Summary => self.filled_block(56, |module, at| {
                let done: i32 = module.call("summary", (plan, at));
                (done, 56)
            }),
            Action::Run { start, end } => {
                let done: i32 = self.call("run", (plan, 0_u32, start, end));
                self.outcome(done.into(), |_| Vec::new())
            }
            Action::Read { offset, length } => self.filled_block(length, |module, at| {
                let read: i32 = module.call("read_at", (plan, offset, at, length));
                (read, read)
            }),
        }
    }

    /// Has a block filled: the result, and how many bytes of it count.
    fn filled_block(
        &mut self,
        length: u32,
        fill: impl FnOnce(&mut Self, u32) -> (i32, i32),
    ) -> Outcome {
        let at: u32 = self.call("alloc", length);
        assert!(at != 0, "there is memory");
        let (result, count) = fill(self, at);
        let bytes = |module: &Self| module.bytes()[at as usize..][..count as usize].to_vec();
        let outcome = self.outcome(result.into(), bytes);
        assert_eq!(self.call::<_, i32>("free", at), 0);
        outcome
    }
}

/// The imports.
fn linker(engine: &Engine) -> Linker<State> {
    let mut linker = Linker::new(engine);
    linker.func_wrap("qcow2_stream", "size", size).expect("a new name");
    linker.func_wrap("qcow2_stream", "read_at", read_at).expect("a new name");
    linker.func_wrap("qcow2_stream", "next_data", next_data).expect("a new name");
    linker.func_wrap("qcow2_stream", "write", write).expect("a new name");
    linker.func_wrap("qcow2_stream", "progress", progress).expect("a new name");
    linker
}

fn size(mut caller: Caller<'_, State>, _source: u32) -> i64 {
    let answer = caller.data_mut().host.size();
    nest(&mut caller);
    answer
}

fn read_at(mut caller: Caller<'_, State>, _source: u32, offset: u64, at: u32, length: u32) -> i32 {
    let (memory, host) = memory(&mut caller);
    let answer = host.read_at(offset, &mut memory[at as usize..][..length as usize]);
    nest(&mut caller);
    answer
}

fn next_data(mut caller: Caller<'_, State>, _source: u32, offset: u64, at: u32) -> i32 {
    let (memory, host) = memory(&mut caller);
    let (answer, range) = host.next_data(offset);
    let numbers = [range.start, range.end].map(u64::to_le_bytes).concat();
    memory[at as usize..][..16].copy_from_slice(&numbers);
    nest(&mut caller);
    answer
}

fn write(mut caller: Caller<'_, State>, _sink: u32, at: u32, length: u32) -> i32 {
    let (memory, host) = memory(&mut caller);
    let answer = host.write(&memory[at as usize..][..length as usize]);
    nest(&mut caller);
    answer
}

fn progress(mut caller: Caller<'_, State>, _id: u32, _phase: u32, done: u64, total: u64) -> i32 {
    let answer = caller.data_mut().host.progress(done, total);
    nest(&mut caller);
    answer
}

fn memory<'a>(caller: &'a mut Caller<'_, State>) -> (&'a mut [u8], &'a mut Host) {
    let memory = caller.get_export("memory").and_then(Extern::into_memory).expect("memory");
    let (bytes, state) = memory.data_and_store_mut(caller);
    (bytes, &mut state.host)
}

/// Now and then, calls an export from within an import, which is refused and harms nothing.
fn nest(caller: &mut Caller<'_, State>) {
    // A copy, so that the answers that follow are those of the boundary's host.
    let mut tape = caller.data().host.tape.clone();
    if !tape.draw(|u| once_in(u, 8)) {
        return;
    }
    let name = ["alloc", "free", "length", "release"][tape.draw(|u| within(u, 0..=3)) as usize];
    let export = caller.get_export(name).and_then(Extern::into_func).expect("an export");
    let mut results = [wasmi::Val::I32(0)];
    export.call(&mut *caller, &[wasmi::Val::I32(1)], &mut results).expect("no trap");
    let answer = results[0].i64().or_else(|| results[0].i32().map(i64::from));
    assert_eq!(answer, Some(if name == "alloc" { 0 } else { -12 }), "{name} from within an import");
}
