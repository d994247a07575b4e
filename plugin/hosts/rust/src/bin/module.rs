//! Converts a raw disk with the core module:
//! `module PLUGIN.wasm DISK [CLUSTER_SIZE REFCOUNT_BITS [DATA_FILE NAME]] > IMAGE`
#![forbid(unsafe_code)]

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;
use std::process::ExitCode;

use qcow2_stream_plugin_hosts::holes::{Data, next_data};
use wasmtime::{Caller, Engine, Extern, Instance, Linker, Memory, Module, Result, Store, bail};

/// What the imports reach. A host with many disks would look them up by the number that the plugin hands back.
struct Host {
    disk: File,
    image: File,
}

fn main() -> ExitCode {
    match run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Result<()> {
    let [plugin, disk, options @ ..] = args else { bail!("PLUGIN.wasm DISK [OPTIONS]") };
    let number = |at: usize| options.get(at).map_or(Ok(0), |text| text.parse::<u32>());
    let engine = Engine::default();
    let module = Module::from_file(&engine, plugin)?;
    let image = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    let mut store = Store::new(&engine, Host { disk: File::open(disk)?, image });
    let instance = linker(&engine)?.instantiate(&mut store, &module)?;
    let memory = instance.get_memory(&mut store, "memory").expect("the plugin exports its memory");

    // An argument that is no number goes through a block of the plugin's memory.
    let name = options.get(3).map_or("", String::as_str);
    let length = u32::try_from(name.len())?;
    let alloc = instance.get_typed_func::<u32, u32>(&mut store, "alloc")?;
    let block = alloc.call(&mut store, length)?;
    memory.write(&mut store, block as usize, name.as_bytes())?;

    let plan =
        instance.get_typed_func::<(u32, u32, u32, u32, u32, u32), i32>(&mut store, "plan")?;
    let options = (0, number(0)?, number(1)?, number(2)?, block, length);
    let plan = plan.call(&mut store, options)?;
    check(&mut store, &instance, memory, plan)?;
    let length = instance.get_typed_func::<i32, i64>(&mut store, "length")?;
    eprintln!("{} bytes", length.call(&mut store, plan)?);
    let run = instance.get_typed_func::<(i32, u32, u64, u64), i32>(&mut store, "run")?;
    let done = run.call(&mut store, (plan, 0, 0, u64::MAX))?;
    check(&mut store, &instance, memory, done)
}

/// A negative result is a code, and the plugin has a text for it.
fn check(store: &mut Store<Host>, plugin: &Instance, memory: Memory, result: i32) -> Result<()> {
    if result >= 0 {
        return Ok(());
    }
    let mut call =
        |name| plugin.get_typed_func::<(), u32>(&mut *store, name)?.call(&mut *store, ());
    let (text, length) = (call("error_message")? as usize, call("error_length")? as usize);
    let text = String::from_utf8_lossy(&memory.data(store)[text..text + length]);
    bail!("{text} (code {})", -result)
}

/// The five imports. A failure is negative; who wants to know more than the number keeps it, or says it at once.
fn linker(engine: &Engine) -> Result<Linker<Host>> {
    let mut linker = Linker::new(engine);
    let plugin = "qcow2_stream";
    linker.func_wrap(plugin, "size", |host: Caller<'_, Host>, _source: u32| {
        said(host.data().disk.metadata()).map_or(-1, |disk| disk.len() as i64)
    })?;
    linker.func_wrap(
        plugin,
        "read_at",
        |mut host: Caller<'_, Host>, _: u32, at: u64, to: u32, length: u32| {
            let (memory, host) = memory(&mut host);
            let Some(bytes) = memory.get_mut(to as usize..to as usize + length as usize) else {
                return -1;
            };
            said(host.disk.read_at(bytes, at)).map_or(-1, |read| read as i32)
        },
    )?;
    linker.func_wrap(
        plugin,
        "next_data",
        |mut host: Caller<'_, Host>, _: u32, at: u64, to: u32| {
            let (memory, host) = memory(&mut host);
            let Some(range) = memory.get_mut(to as usize..to as usize + 16) else { return -1 };
            match said(next_data(&host.disk, at)) {
                None => -1,
                Some(Data::Unknown) => 0,
                Some(Data::None) => 2,
                Some(Data::Range(data)) => {
                    range[..8].copy_from_slice(&data.start.to_le_bytes());
                    range[8..].copy_from_slice(&data.end.to_le_bytes());
                    1
                }
            }
        },
    )?;
    linker.func_wrap(
        plugin,
        "write",
        |mut host: Caller<'_, Host>, _sink: u32, from: u32, length: u32| {
            let (memory, host) = memory(&mut host);
            let Some(bytes) = memory.get(from as usize..from as usize + length as usize) else {
                return -1;
            };
            said(host.image.write_all(bytes)).map_or(-1, |()| length as i32)
        },
    )?;
    linker.func_wrap(plugin, "progress", |_id: u32, _phase: u32, _done: u64, _total: u64| 0)?;
    Ok(linker)
}

fn memory<'a>(host: &'a mut Caller<'_, Host>) -> (&'a mut [u8], &'a mut Host) {
    let memory = host.get_export("memory").and_then(Extern::into_memory);
    memory.expect("the plugin exports its memory").data_and_store_mut(host)
}

fn said<T>(result: io::Result<T>) -> Option<T> {
    result.inspect_err(|error| eprintln!("error: {error}")).ok()
}
