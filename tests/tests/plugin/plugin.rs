//! The core module in wasmi, called as a host calls it.

use std::sync::OnceLock;

use qcow2_stream_tests::corpus::Vector;
use wasmi::{
    Config, Engine, Error, Instance, Memory, Module, Store, StoreLimits, StoreLimitsBuilder,
    WasmParams, WasmResults,
};

use crate::artefacts::{MODULE, artefact};
use crate::host::{Answer, Call, Host, Script, linker};

/// An instance with its host.
pub(crate) struct Plugin {
    pub(crate) store: Store<Host>,
    instance: Instance,
    memory: Memory,
}

/// A failure as the plugin tells it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Failure {
    pub(crate) code: i64,
    pub(crate) text: String,
}

/// What a call comes to, unless the engine stopped it.
pub(crate) type Told<T> = Result<Result<T, Failure>, Error>;

/// The arguments of `plan` but for the source.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    pub(crate) cluster_size: u32,
    pub(crate) refcount_bits: u32,
    pub(crate) data_file: u32,
    pub(crate) name: String,
}

impl Options {
    pub(crate) fn of(vector: &Vector) -> Self {
        let data_file = vector.data_file.as_ref();
        Self {
            cluster_size: vector.cluster_size as u32,
            refcount_bits: vector.refcount_bits,
            data_file: data_file.map_or(0, |file| 1 + u32::from(file.raw)),
            name: data_file.map_or_else(String::new, |file| file.name.clone()),
        }
    }

    /// Clusters of 512 bytes, so that a small disk has many.
    pub(crate) fn small() -> Self {
        Self { cluster_size: 512, ..Self::default() }
    }
}

/// A host that does what it should.
pub(crate) fn honest() -> Script {
    Box::new(|_, _: Call| Answer::Honest)
}

impl Plugin {
    /// With a disk and a script.
    pub(crate) fn new(disk: Vec<u8>, script: Script) -> Self {
        Self::limited(disk, script, StoreLimits::default(), None).expect("it can be instantiated")
    }

    /// With limits: on memory, and in fuel.
    pub(crate) fn limited(
        disk: Vec<u8>,
        script: Script,
        limits: StoreLimits,
        fuel: Option<u64>,
    ) -> Result<Self, Error> {
        static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
        let bytes = BYTES.get_or_init(|| std::fs::read(artefact(MODULE)).expect("it was built"));
        let mut config = Config::default();
        let engine = Engine::new(config.consume_fuel(fuel.is_some()));
        let module = Module::new(&engine, bytes)?;
        let host = Host { disk, image: Vec::new(), calls: 0, script, limits, nested: None };
        let mut store = Store::new(&engine, host);
        store.limiter(|host| &mut host.limits);
        if let Some(fuel) = fuel {
            store.set_fuel(fuel)?;
        }
        let instance = linker(&engine).instantiate_and_start(&mut store, &module)?;
        let memory = instance.get_memory(&store, "memory").expect("it exports its memory");
        Ok(Self { store, instance, memory })
    }

    /// With so many bytes of memory at most.
    pub(crate) fn with_memory(disk: Vec<u8>, most: usize) -> Result<Self, Error> {
        let limits = StoreLimitsBuilder::new().memory_size(most).build();
        Self::limited(disk, honest(), limits, None)
    }

    /// Calls an export.
    pub(crate) fn call<P: WasmParams, R: WasmResults>(
        &mut self,
        name: &str,
        params: P,
    ) -> Result<R, Error> {
        let function = self.instance.get_typed_func::<P, R>(&self.store, name)?;
        function.call(&mut self.store, params)
    }

    /// The failure that a negative result stands for.
    pub(crate) fn told<T: Copy + Into<i64>>(&mut self, result: T) -> Told<T> {
        if result.into() >= 0 {
            return Ok(Ok(result));
        }
        let at: u32 = self.call("error_message", ())?;
        let length: u32 = self.call("error_length", ())?;
        let text = self.bytes(at, length).to_vec();
        let text = String::from_utf8(text).expect("the text is UTF-8");
        Ok(Err(Failure { code: -result.into(), text }))
    }

    /// Bytes of its memory.
    pub(crate) fn bytes(&self, at: u32, length: u32) -> &[u8] {
        &self.memory.data(&self.store)[at as usize..][..length as usize]
    }

    /// A block with these bytes.
    pub(crate) fn block(&mut self, bytes: &[u8]) -> Told<u32> {
        let at: u32 = self.call("alloc", bytes.len() as u32)?;
        if at == 0 {
            return Ok(Err(self.told(-9_i32)?.expect_err("it is negative")));
        }
        self.memory.write(&mut self.store, at as usize, bytes).expect("a block is memory");
        Ok(Ok(at))
    }

    pub(crate) fn plan(&mut self, options: &Options) -> Told<i32> {
        let name = match self.block(options.name.as_bytes())? {
            Ok(name) => name,
            Err(failure) => return Ok(Err(failure)),
        };
        let Options { cluster_size, refcount_bits, data_file, .. } = *options;
        let length = options.name.len() as u32;
        let params = (0_u32, cluster_size, refcount_bits, data_file, name, length);
        let handle: i32 = self.call("plan", params)?;
        self.told(handle)
    }

    pub(crate) fn run(&mut self, plan: i32, start: u64, end: u64) -> Told<i32> {
        let done: i32 = self.call("run", (plan, 0_u32, start, end))?;
        self.told(done)
    }

    pub(crate) fn length(&mut self, plan: i32) -> Told<i64> {
        let length: i64 = self.call("length", plan)?;
        self.told(length)
    }

    /// Reads a part of the image by way of a block of memory.
    pub(crate) fn read_at(&mut self, plan: i32, offset: u64, length: u32) -> Told<Vec<u8>> {
        let block: u32 = self.call("alloc", length)?;
        let read: i32 = self.call("read_at", (plan, offset, block, length))?;
        let read = self.told(read)?;
        let bytes = read.map(|read| self.bytes(block, read as u32).to_vec());
        let freed: i32 = self.call("free", block)?;
        assert_eq!(freed, 0, "a block is free");
        Ok(bytes)
    }

    /// Plans and runs: the image, or what failed.
    pub(crate) fn convert(&mut self, options: &Options) -> Told<Vec<u8>> {
        let plan = match self.plan(options)? {
            Ok(plan) => plan,
            Err(failure) => return Ok(Err(failure)),
        };
        let done = self.run(plan, 0, u64::MAX)?;
        Ok(done.map(|_| std::mem::take(&mut self.store.data_mut().image)))
    }
}

impl Plugin {
    /// How much memory it has, in bytes.
    pub(crate) fn memory(&self) -> usize {
        self.memory.data_size(&self.store)
    }
}
