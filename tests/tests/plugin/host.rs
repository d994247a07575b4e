//! A host of the core module in wasmi, whose answers a script may replace.

use wasmi::{Caller, Engine, Error, Extern, Linker, Memory, StoreLimits};

/// A call that the plugin made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Call {
    Size,
    Read { offset: u64, length: u32 },
    NextData { offset: u64 },
    Write { length: u32 },
    Progress,
}

/// What the host does with a call.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Answer {
    /// What a good host does.
    Honest,
    /// It says this number, and handles as many bytes if that makes sense.
    Number(i64),
    /// It gives all that is asked for, this byte again and again.
    Fill(u8),
    /// It throws: the engine unwinds the plugin.
    Throw,
    /// It says that the next data begin and end here.
    Range(u64, u64),
}

/// What [`Answer::Throw`] throws.
pub(crate) const THROWN: &str = "told to throw";

/// Says what each call does, from its number and itself.
pub(crate) type Script = Box<dyn FnMut(usize, Call) -> Answer + Send>;

/// The disk, the image as far as it was written, and the script.
pub(crate) struct Host {
    pub(crate) disk: Vec<u8>,
    pub(crate) image: Vec<u8>,
    pub(crate) calls: usize,
    pub(crate) script: Script,
    pub(crate) limits: StoreLimits,
    /// An export to call from within the imports, and what it answered.
    pub(crate) nested: Option<(&'static str, Vec<i64>)>,
}

impl Host {
    fn act(&mut self, call: Call) -> Result<Answer, Error> {
        let number = self.calls;
        assert!(number < 100_000, "the plugin does not end");
        self.calls += 1;
        match (self.script)(number, call) {
            Answer::Throw => Err(Error::new(THROWN)),
            answer => Ok(answer),
        }
    }

    fn read_at(&self, offset: u64, bytes: &mut [u8]) -> usize {
        let rest = self.disk.get(offset as usize..).unwrap_or_default();
        let count = rest.len().min(bytes.len());
        bytes[..count].copy_from_slice(&rest[..count]);
        count
    }
}

/// The imports.
pub(crate) fn linker(engine: &Engine) -> Linker<Host> {
    let mut linker = Linker::new(engine);
    linker.func_wrap("qcow2_stream", "size", size).expect("a new name");
    linker.func_wrap("qcow2_stream", "read_at", read_at).expect("a new name");
    linker.func_wrap("qcow2_stream", "next_data", next_data).expect("a new name");
    linker.func_wrap("qcow2_stream", "write", write).expect("a new name");
    linker.func_wrap("qcow2_stream", "progress", progress).expect("a new name");
    linker
}

fn size(mut caller: Caller<'_, Host>, _source: u32) -> Result<i64, Error> {
    nest(&mut caller);
    let host = caller.data_mut();
    Ok(match host.act(Call::Size)? {
        Answer::Number(number) => number,
        _ => host.disk.len() as i64,
    })
}

fn read_at(
    mut caller: Caller<'_, Host>,
    _source: u32,
    offset: u64,
    at: u32,
    length: u32,
) -> Result<i32, Error> {
    nest(&mut caller);
    let (memory, host) = memory(&mut caller);
    let bytes = &mut memory[at as usize..][..length as usize];
    Ok(match host.act(Call::Read { offset, length })? {
        Answer::Number(number) => {
            let count = usize::try_from(number).unwrap_or(0).min(bytes.len());
            host.read_at(offset, &mut bytes[..count]);
            number as i32
        }
        Answer::Fill(byte) => {
            bytes.fill(byte);
            length as i32
        }
        _ => host.read_at(offset, bytes) as i32,
    })
}

fn next_data(
    mut caller: Caller<'_, Host>,
    _source: u32,
    offset: u64,
    at: u32,
) -> Result<i32, Error> {
    nest(&mut caller);
    let (memory, host) = memory(&mut caller);
    Ok(match host.act(Call::NextData { offset })? {
        Answer::Number(number) => number as i32,
        Answer::Range(start, end) => {
            memory[at as usize..][..8].copy_from_slice(&start.to_le_bytes());
            memory[at as usize + 8..][..8].copy_from_slice(&end.to_le_bytes());
            1
        }
        _ => 0,
    })
}

fn write(mut caller: Caller<'_, Host>, _sink: u32, at: u32, length: u32) -> Result<i32, Error> {
    nest(&mut caller);
    let (memory, host) = memory(&mut caller);
    let bytes = &memory[at as usize..][..length as usize];
    let answer = match host.act(Call::Write { length })? {
        Answer::Number(number) => number,
        _ => length.into(),
    };
    let count = usize::try_from(answer).unwrap_or(0).min(bytes.len());
    host.image.extend(&bytes[..count]);
    Ok(answer as i32)
}

fn progress(
    mut caller: Caller<'_, Host>,
    _id: u32,
    _phase: u32,
    done: u64,
    total: u64,
) -> Result<i32, Error> {
    nest(&mut caller);
    assert!(done <= total, "{done} of {total} are done");
    Ok(match caller.data_mut().act(Call::Progress)? {
        Answer::Number(number) => number as i32,
        _ => 0,
    })
}

fn memory<'a>(caller: &'a mut Caller<'_, Host>) -> (&'a mut [u8], &'a mut Host) {
    let memory: Memory = caller.get_export("memory").and_then(Extern::into_memory).expect("memory");
    memory.data_and_store_mut(caller)
}

/// Calls an export of one argument from within an import.
fn nest(caller: &mut Caller<'_, Host>) {
    let Some((name, mut answers)) = caller.data_mut().nested.take() else { return };
    let export = caller.get_export(name).and_then(Extern::into_func).expect("an export");
    let mut results = [wasmi::Val::I32(0)];
    export.call(&mut *caller, &[wasmi::Val::I32(1)], &mut results).expect("no trap");
    answers.push(match results[0] {
        wasmi::Val::I64(answer) => answer,
        ref answer => answer.i32().expect("a number").into(),
    });
    caller.data_mut().nested = Some((name, answers));
}
