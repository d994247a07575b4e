//! How quick the plugin is against the core itself, on 1 GiB of random bytes in memory, as medians of one run:
//! `cargo bench -- FOLDER`, where the artefacts are. A measurement, not a test: on a machine with other work it says little.
#![forbid(unsafe_code)]

use std::convert::Infallible;
use std::fs::File;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use qcow2_stream as core;
use wasmtime::component::{Component, HasSelf, Resource, bindgen};
use wasmtime::{Caller, Engine, Extern, Linker, Module, Result, Store};

mod bindings {
    super::bindgen!({ path: "../../component/wit", world: "plugin" });
}
use bindings::exports::qcow2_stream::plugin::convert::Options;
use bindings::qcow2_stream::plugin::host::{
    self, HostSink, HostSource, HostWatch, NextData, Progress, Sink, Source, Verdict, Watch,
};

const MIB: usize = 1024;
const RUNS: usize = 5;

/// The disk, and how much of the image was taken.
#[derive(Clone)]
struct Memory {
    disk: Arc<Vec<u8>>,
    taken: u64,
}

impl Memory {
    fn read(&self, offset: u64, buffer: &mut [u8]) -> usize {
        let rest = &self.disk[(offset as usize).min(self.disk.len())..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        count
    }
}

fn main() -> Result<()> {
    let args: Vec<_> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let folder = Path::new(args.first().expect("the folder with the artefacts"));
    let mut disk = vec![0; MIB << 20];
    File::open("/dev/urandom")?.read_exact(&mut disk)?;
    let memory = Memory { disk: Arc::new(disk), taken: 0 };
    let simd = folder.join("qcow2_stream_plugin_simd128.wasm");
    // One after the other in turns, so that what slows one of them slows all.
    let mut rows: [(&str, Vec<f64>); 5] =
        ["core", "module, Rust", "simd128, Rust", "component, Rust", "simd128, Node"]
            .map(|name| (name, Vec::new()));
    for _ in 0..RUNS {
        rows[0].1.push(native(&memory));
        rows[1].1.push(module(&memory, &folder.join("qcow2_stream_plugin.wasm"))?);
        rows[2].1.push(module(&memory, &simd)?);
        rows[3].1.push(component(&memory, &folder.join("qcow2_stream_plugin.component.wasm"))?);
        rows[4].1.push(node(&simd)?);
    }
    let medians = rows.map(|(name, times)| (name, median(times)));
    for (name, time) in medians {
        println!("{name:16} {time:.3} s, {:.2} of the core's speed", medians[0].1 / time);
    }
    Ok(())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

impl core::ReadAt for Memory {
    type Error = Infallible;

    fn size(&mut self) -> Result<u64, Infallible> {
        Ok(self.disk.len() as u64)
    }

    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> Result<usize, Infallible> {
        Ok(self.read(offset, buffer))
    }
}

/// A sink that counts.
struct Count(u64);

impl core::Write<Memory> for Count {
    type Error = Infallible;

    fn write(&mut self, bytes: &[u8]) -> Result<usize, Infallible> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }
}

fn native(memory: &Memory) -> f64 {
    let (mut source, mut sink, mut buffer) = (memory.clone(), Count(0), vec![0; 256 << 10]);
    let begun = Instant::now();
    let go_on = |_| ControlFlow::Continue(());
    core::convert(&mut source, &mut sink, &core::Options::default(), &mut buffer, go_on)
        .expect("an image");
    assert!(sink.0 > memory.disk.len() as u64);
    begun.elapsed().as_secs_f64()
}

fn module(memory: &Memory, plugin: &Path) -> Result<f64> {
    let engine = Engine::default();
    let module = Module::from_file(&engine, plugin)?;
    let mut linker = Linker::new(&engine);
    let name = "qcow2_stream";
    linker.func_wrap(name, "size", |host: Caller<'_, Memory>, _: u32| {
        host.data().disk.len() as i64
    })?;
    linker.func_wrap(
        name,
        "read_at",
        |mut host: Caller<'_, Memory>, _: u32, offset: u64, at: u32, length: u32| {
            let memory = host.get_export("memory").and_then(Extern::into_memory).expect("memory");
            let (bytes, host) = memory.data_and_store_mut(&mut host);
            host.read(offset, &mut bytes[at as usize..][..length as usize]) as i32
        },
    )?;
    linker.func_wrap(name, "next_data", |_: u32, _: u64, _: u32| 0)?;
    linker.func_wrap(
        name,
        "write",
        |mut host: Caller<'_, Memory>, _: u32, _: u32, length: u32| {
            host.data_mut().taken += u64::from(length);
            length as i32
        },
    )?;
    linker.func_wrap(name, "progress", |_: u32, _: u32, _: u64, _: u64| 0)?;
    let mut store = Store::new(&engine, memory.clone());
    let plugin = linker.instantiate(&mut store, &module)?;
    let plan = plugin.get_typed_func::<(u32, u32, u32, u32, u32, u32), i32>(&mut store, "plan")?;
    let run = plugin.get_typed_func::<(i32, u32, u64, u64), i32>(&mut store, "run")?;
    let begun = Instant::now();
    let plan = plan.call(&mut store, (0, 0, 0, 0, 0, 0))?;
    assert_eq!(run.call(&mut store, (plan, 0, 0, u64::MAX))?, 0);
    assert!(store.data().taken > memory.disk.len() as u64);
    Ok(begun.elapsed().as_secs_f64())
}

impl host::Host for Memory {}

impl HostSource for Memory {
    fn size(&mut self, _: Resource<Source>) -> Result<u64, String> {
        Ok(self.disk.len() as u64)
    }

    fn read_at(
        &mut self,
        _: Resource<Source>,
        offset: u64,
        length: u32,
    ) -> Result<Vec<u8>, String> {
        let rest = &self.disk[(offset as usize).min(self.disk.len())..];
        Ok(rest[..rest.len().min(length as usize)].to_vec())
    }

    fn next_data(&mut self, _: Resource<Source>, _: u64) -> Result<NextData, String> {
        Ok(NextData::Unknown)
    }

    fn drop(&mut self, _: Resource<Source>) -> Result<()> {
        Ok(())
    }
}

impl HostSink for Memory {
    fn write(&mut self, _: Resource<Sink>, bytes: Vec<u8>) -> Result<u32, String> {
        self.taken += bytes.len() as u64;
        Ok(bytes.len() as u32)
    }

    fn drop(&mut self, _: Resource<Sink>) -> Result<()> {
        Ok(())
    }
}

impl HostWatch for Memory {
    fn progress(&mut self, _: Resource<Watch>, _: Progress) -> Verdict {
        Verdict::GoOn
    }

    fn drop(&mut self, _: Resource<Watch>) -> Result<()> {
        Ok(())
    }
}

fn component(memory: &Memory, plugin: &Path) -> Result<f64> {
    let engine = Engine::default();
    let component = Component::from_file(&engine, plugin)?;
    let mut linker = wasmtime::component::Linker::new(&engine);
    bindings::Plugin::add_to_linker::<_, HasSelf<_>>(&mut linker, |host: &mut Memory| host)?;
    let mut store = Store::new(&engine, memory.clone());
    let plugin = bindings::Plugin::instantiate(&mut store, &component, &linker)?;
    let plans = plugin.qcow2_stream_plugin_convert().plan();
    let options = Options { cluster_size: None, refcount_bits: None, data_file: None };
    let begun = Instant::now();
    let plan = plans.call_make(&mut store, Resource::new_own(0), &options, None)?.expect("a plan");
    plans.call_run(&mut store, plan, Resource::new_borrow(0), None, None)?.expect("an image");
    assert!(store.data().taken > memory.disk.len() as u64);
    Ok(begun.elapsed().as_secs_f64())
}

/// Node's own clock, so that its start does not count.
fn node(plugin: &Path) -> Result<f64> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../node/speed.mjs");
    let output =
        Command::new("node").arg(script).arg(plugin).arg(MIB.to_string()).arg("1").output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    Ok(said.trim().parse().expect("it says how many seconds"))
}
