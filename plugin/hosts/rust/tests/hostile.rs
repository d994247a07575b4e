//! The component under hosts that fail and lie, and both shapes under wasmtime's limits. QCOW2_STREAM_PLUGIN names the
//! folder with the artefacts.
#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::sync::OnceLock;

use wasmtime::component::{Component, HasSelf, Linker, Resource, ResourceAny, bindgen};
use wasmtime::{Config, Engine, Error, Result, Store, StoreLimits, StoreLimitsBuilder, Trap};

mod bindings {
    super::bindgen!({ path: "../../component/wit", world: "plugin" });
}
use bindings::Plugin;
use bindings::exports::qcow2_stream::plugin::convert::{self, ErrorCode, Options};
use bindings::qcow2_stream::plugin::host::{
    self, ByteRange, HostSink, HostSource, HostWatch, NextData, Progress, Sink, Source, Verdict,
    Watch,
};

/// A call that the component made.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Call {
    Size,
    Read,
    NextData,
    Write,
    Progress,
}

/// What a host does at one of the calls. At all others it does what it should.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Answer {
    Fail,
    /// It gives or takes so many bytes, or has so many.
    Count(u64),
    Range(u64, u64),
    Cancel,
}

struct Host {
    disk: Vec<u8>,
    image: Vec<u8>,
    calls: Vec<Call>,
    /// The number of the call that is answered otherwise.
    wrong: Option<(usize, Answer)>,
    limits: StoreLimits,
}

impl Host {
    fn act(&mut self, call: Call) -> Option<Answer> {
        self.calls.push(call);
        self.wrong.filter(|(at, _)| at + 1 == self.calls.len()).map(|(_, answer)| answer)
    }
}

impl host::Host for Host {}

impl HostSource for Host {
    fn size(&mut self, _: Resource<Source>) -> Result<u64, String> {
        match self.act(Call::Size) {
            Some(Answer::Fail) => Err("told to fail".into()),
            Some(Answer::Count(size)) => Ok(size),
            _ => Ok(self.disk.len() as u64),
        }
    }

    fn read_at(
        &mut self,
        _: Resource<Source>,
        offset: u64,
        length: u32,
    ) -> Result<Vec<u8>, String> {
        match self.act(Call::Read) {
            Some(Answer::Fail) => Err("told to fail".into()),
            Some(Answer::Count(count)) => Ok(vec![1; count as usize]),
            _ => {
                let rest = &self.disk[offset as usize..];
                Ok(rest[..rest.len().min(length as usize)].to_vec())
            }
        }
    }

    fn next_data(&mut self, _: Resource<Source>, _: u64) -> Result<NextData, String> {
        match self.act(Call::NextData) {
            Some(Answer::Fail) => Err("told to fail".into()),
            Some(Answer::Range(start, end)) => Ok(NextData::Range(ByteRange { start, end })),
            _ => Ok(NextData::Unknown),
        }
    }

    fn drop(&mut self, _: Resource<Source>) -> Result<()> {
        Ok(())
    }
}

impl HostSink for Host {
    fn write(&mut self, _: Resource<Sink>, bytes: Vec<u8>) -> Result<u32, String> {
        match self.act(Call::Write) {
            Some(Answer::Fail) => Err("told to fail".into()),
            Some(Answer::Count(count)) => Ok(count as u32),
            _ => {
                self.image.extend(&bytes);
                Ok(bytes.len() as u32)
            }
        }
    }

    fn drop(&mut self, _: Resource<Sink>) -> Result<()> {
        Ok(())
    }
}

impl HostWatch for Host {
    fn progress(&mut self, _: Resource<Watch>, _: Progress) -> Verdict {
        match self.act(Call::Progress) {
            Some(Answer::Cancel) => Verdict::Cancel,
            _ => Verdict::GoOn,
        }
    }

    fn drop(&mut self, _: Resource<Watch>) -> Result<()> {
        Ok(())
    }
}

/// Two stretches of data, of which the last ends within a cluster.
fn disk() -> Vec<u8> {
    let mut disk = vec![0; 20_100];
    disk[600..9000].fill(3);
    disk[20_000..].fill(4);
    disk
}

fn engine(config: &Config) -> (Engine, Component) {
    let folder =
        std::env::var_os("QCOW2_STREAM_PLUGIN").expect("QCOW2_STREAM_PLUGIN names a folder");
    let engine = Engine::new(config).expect("an engine");
    let path = PathBuf::from(folder).join("qcow2_stream_plugin.component.wasm");
    let component = Component::from_file(&engine, path).expect("it was built");
    (engine, component)
}

fn store(engine: &Engine, wrong: Option<(usize, Answer)>, limits: StoreLimits) -> Store<Host> {
    let host = Host { disk: disk(), image: Vec::new(), calls: Vec::new(), wrong, limits };
    let mut store = Store::new(engine, host);
    store.limiter(|host| &mut host.limits);
    store
}

type Told<T> = Result<T, convert::Error>;

/// Plans and runs. The outer error is the engine's.
fn convert(store: &mut Store<Host>, component: &Component) -> Result<Told<Vec<u8>>> {
    let mut linker = Linker::new(store.engine());
    Plugin::add_to_linker::<_, HasSelf<_>>(&mut linker, |host: &mut Host| host)?;
    let plugin = Plugin::instantiate(&mut *store, component, &linker)?;
    let plans = plugin.qcow2_stream_plugin_convert().plan();
    let options = Options { cluster_size: Some(512), refcount_bits: None, data_file: None };
    let watch = || Some(Resource::new_borrow(0));
    let plan: ResourceAny =
        match plans.call_make(&mut *store, Resource::new_own(0), &options, watch())? {
            Ok(plan) => plan,
            Err(error) => return Ok(Err(error)),
        };
    let done = plans.call_run(&mut *store, plan, Resource::new_borrow(0), None, watch())?;
    let Ok(()) = done else { return Ok(done.map(|()| Vec::new())) };
    let image = std::mem::take(&mut store.data_mut().image);
    // Any part that is read is that of the image.
    for (offset, length) in [(0, 100), (500, 1000), (image.len() - 700, 900), (image.len(), 5)] {
        let part = plans.call_read_at(&mut *store, plan, offset as u64, length as u32)?;
        assert_eq!(part.expect("a part"), image[offset..image.len().min(offset + length)]);
    }
    Ok(Ok(image))
}

fn plain() -> &'static (Engine, Component) {
    static PLAIN: OnceLock<(Engine, Component)> = OnceLock::new();
    PLAIN.get_or_init(|| engine(&Config::new()))
}

/// What an honest host gets, and the calls that it hears until then.
fn honest() -> (Vec<u8>, Vec<Call>) {
    let (engine, component) = plain();
    let mut store = store(engine, None, StoreLimits::default());
    let image = convert(&mut store, component).expect("no trap").expect("an image");
    // Without the reads of parts, which come last.
    let calls = &store.data().calls;
    let last = calls.iter().rposition(|call| *call == Call::Progress).expect("a call") + 1;
    (image, calls[..=last].to_vec())
}

/// Answers each call of a kind wrong in turn, and checks the code that comes of it.
fn each(call: Call, answer: Answer, codes: &[ErrorCode]) {
    let (engine, component) = plain();
    let mut hits = 0;
    for (at, _) in honest().1.iter().enumerate().filter(|(_, made)| **made == call) {
        let mut store = store(engine, Some((at, answer)), StoreLimits::default());
        let error = convert(&mut store, component).expect("no trap").expect_err("no image");
        assert!(
            codes.contains(&error.code),
            "{call:?} {answer:?}: {:?} {}",
            error.code,
            error.message
        );
        let side = if call == Call::Write { "sink: " } else { "source: " };
        assert!(call == Call::Progress || error.message.starts_with(side), "{}", error.message);
        hits += 1;
    }
    assert!(hits > 0, "no {call:?}");
}

#[test]
fn a_failure_ends_in_an_error_that_blames_its_side() {
    for call in [Call::Size, Call::Read, Call::NextData] {
        each(call, Answer::Fail, &[ErrorCode::Source]);
    }
    each(Call::Write, Answer::Fail, &[ErrorCode::Sink]);
}

#[test]
fn a_lie_ends_in_an_error() {
    each(Call::Read, Answer::Count(0), &[ErrorCode::SourceEnded]);
    each(Call::Read, Answer::Count(2 << 20), &[ErrorCode::SourceAnswer]);
    each(Call::NextData, Answer::Range(9, 3), &[ErrorCode::SourceAnswer]);
    each(Call::NextData, Answer::Range(1 << 40, 1 << 41), &[ErrorCode::SourceAnswer]);
    each(Call::Write, Answer::Count(0), &[ErrorCode::SinkAnswer]);
    each(Call::Write, Answer::Count(u32::MAX.into()), &[ErrorCode::SinkAnswer]);
    each(Call::Size, Answer::Count(20_099), &[ErrorCode::SourceChanged]);
}

#[test]
fn any_call_of_progress_can_cancel() {
    each(Call::Progress, Answer::Cancel, &[ErrorCode::Cancelled]);
}

#[test]
fn a_cap_on_memory_gives_the_image_or_an_error() {
    let (engine, component) = plain();
    let image = honest().0;
    let (mut refused, mut whole) = (0, 0);
    for pages in 1..48 {
        let limits = StoreLimitsBuilder::new().memory_size(pages << 16).build();
        let mut store = store(engine, None, limits);
        match convert(&mut store, component) {
            Ok(Ok(bytes)) => whole += usize::from(bytes == image),
            Ok(Err(error)) => {
                assert_eq!(error.code, ErrorCode::Memory, "{}", error.message);
                refused += 1;
            }
            // Less than the component begins with.
            Err(error) => assert!(pages < 4, "{pages} pages: {error:?}"),
        }
    }
    assert!(refused > 5 && whole > 5, "{refused} refused, {whole} whole");
}

#[test]
fn without_fuel_the_engine_traps() {
    let mut config = Config::new();
    let (engine, component) = engine(config.consume_fuel(true));
    let image = honest().0;
    let (mut stopped, mut whole) = (0, 0);
    for bits in 2..32 {
        let mut store = store(&engine, None, StoreLimits::default());
        store.set_fuel(1 << bits).expect("fuel is on");
        match convert(&mut store, &component) {
            Ok(told) => whole += usize::from(told.expect("no error of its own") == image),
            Err(error) => {
                assert_eq!(trap(&error), Some(Trap::OutOfFuel), "{error:?}");
                stopped += 1;
            }
        }
    }
    assert!(stopped > 5 && whole > 2, "{stopped} stopped, {whole} whole");
}

#[test]
fn at_an_epoch_the_engine_traps() {
    let mut config = Config::new();
    let (engine, component) = engine(config.epoch_interruption(true));
    let mut store = store(&engine, None, StoreLimits::default());
    store.set_epoch_deadline(1);
    engine.increment_epoch();
    let error = convert(&mut store, &component).expect_err("it is stopped");
    assert_eq!(trap(&error), Some(Trap::Interrupt), "{error:?}");
}

fn trap(error: &Error) -> Option<Trap> {
    error.downcast_ref::<Trap>().copied()
}
