//! Inputs that are not raw.

use crate::shown;

/// Refuses any format but raw. A module can't start a program, but can read what one exports.
pub(crate) fn check(format: &str) -> Result<(), String> {
    let format = shown::text(format);
    Err(format!(
        "input format '{format}' is not supported yet, only raw is; a WASI module cannot start qemu-storage-daemon; start it outside, so that it shows the disk as a raw file:\n  \
         mkdir view && touch view/disk.raw\n  \
         qemu-storage-daemon --blockdev driver=file,node-name=file,filename=INPUT,read-only=on \\\n    \
         --blockdev driver={format},node-name=disk,file=file,read-only=on \\\n    \
         --export type=fuse,id=view,node-name=disk,mountpoint=view/disk.raw,writable=off\n\
         and convert that: wasmtime run --dir view qcow2-to-stdout.wasm view/disk.raw > disk.qcow2"
    ))
}
