//! Converts a raw disk with the component:
//! `component PLUGIN.component.wasm DISK [CLUSTER_SIZE REFCOUNT_BITS [DATA_FILE NAME]] > IMAGE`
#![forbid(unsafe_code)]

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;
use std::process::ExitCode;

use self::exports::qcow2_stream::plugin::convert::{DataFile, Error, Options};
use self::qcow2_stream::plugin::host::{
    self, ByteRange, HostSink, HostSource, HostWatch, NextData, Progress, Sink, Source, Verdict,
    Watch,
};
use qcow2_stream_plugin_hosts::holes::{Data, next_data};
use wasmtime::component::{Component, HasSelf, Linker, Resource, bindgen};
use wasmtime::{Engine, Result, Store, bail, format_err};

bindgen!({ path: "../../component/wit", world: "plugin" });

/// What the resources stand for. A host with many disks would look them up by their `rep`.
struct Host {
    disk: File,
    image: File,
}

impl host::Host for Host {}

impl HostSource for Host {
    fn size(&mut self, _: Resource<Source>) -> Result<u64, String> {
        self.disk.metadata().map(|disk| disk.len()).map_err(|error| error.to_string())
    }

    fn read_at(
        &mut self,
        _: Resource<Source>,
        offset: u64,
        length: u32,
    ) -> Result<Vec<u8>, String> {
        let mut bytes = vec![0; length as usize];
        let read = self.disk.read_at(&mut bytes, offset).map_err(|error| error.to_string())?;
        bytes.truncate(read);
        Ok(bytes)
    }

    fn next_data(&mut self, _: Resource<Source>, offset: u64) -> Result<NextData, String> {
        Ok(match next_data(&self.disk, offset).map_err(|error| error.to_string())? {
            Data::Unknown => NextData::Unknown,
            Data::None => NextData::None,
            Data::Range(data) => NextData::Range(ByteRange { start: data.start, end: data.end }),
        })
    }

    fn drop(&mut self, _: Resource<Source>) -> Result<()> {
        Ok(())
    }
}

impl HostSink for Host {
    fn write(&mut self, _: Resource<Sink>, bytes: Vec<u8>) -> Result<u32, String> {
        self.image.write_all(&bytes).map_err(|error| error.to_string())?;
        Ok(bytes.len() as u32)
    }

    fn drop(&mut self, _: Resource<Sink>) -> Result<()> {
        Ok(())
    }
}

impl HostWatch for Host {
    fn progress(&mut self, _: Resource<Watch>, _: Progress) -> Verdict {
        Verdict::GoOn
    }

    fn drop(&mut self, _: Resource<Watch>) -> Result<()> {
        Ok(())
    }
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
    let [plugin, disk, options @ ..] = args else { bail!("PLUGIN.component.wasm DISK [OPTIONS]") };
    let options = parse(options)?;
    let engine = Engine::default();
    let component = Component::from_file(&engine, plugin)?;
    let mut linker = Linker::new(&engine);
    Plugin::add_to_linker::<_, HasSelf<_>>(&mut linker, |host: &mut Host| host)?;
    let image = File::from(io::stdout().as_fd().try_clone_to_owned()?);
    let mut store = Store::new(&engine, Host { disk: File::open(disk)?, image });
    let plugin = Plugin::instantiate(&mut store, &component, &linker)?;

    let plans = plugin.qcow2_stream_plugin_convert().plan();
    let plan =
        plans.call_make(&mut store, Resource::new_own(0), &options, None)?.map_err(failed)?;
    eprintln!("{} bytes", plans.call_length(&mut store, plan)?);
    plans.call_run(&mut store, plan, Resource::new_borrow(0), None, None)?.map_err(failed)
}

fn failed(error: Error) -> wasmtime::Error {
    format_err!("{} ({:?})", error.message, error.code)
}

fn parse(args: &[String]) -> Result<Options> {
    let number = |at: usize| args.get(at).map(|text| text.parse::<u32>()).transpose();
    let given =
        |at: usize| Ok::<_, std::num::ParseIntError>(number(at)?.filter(|number| *number > 0));
    let name = args.get(3).cloned().unwrap_or_default();
    let data_file = given(2)?.map(|kind| DataFile { name, raw: kind == 2 });
    Ok(Options { cluster_size: given(0)?, refcount_bits: given(1)?, data_file })
}
