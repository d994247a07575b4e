//! What the user may want to know about an input that can be converted all the same.

use std::path::Path;

use qcow2_stream::ReadAt;

use crate::args::Args;
use crate::input::Input;
use crate::shown::shown;
use crate::stderr;
use crate::system::{daemon, disk, writers};

/// How images of other formats begin: the format, and its first bytes.
const FORMATS: [(&str, &[u8]); 7] = [
    ("qcow2", b"QFI\xfb"),
    ("qed", b"QED\0"),
    ("vmdk", b"KDMV"),
    ("vmdk", b"# Disk DescriptorFile"),
    ("vhdx", b"vhdxfile"),
    ("vpc", b"conectix"),
    ("vdi", b"<<< "),
];

/// What to know where this program, and not the kernel, keeps images from strangers in bounds.
const NOT_CONFINED: &str = "an image that names other files is refused all the same, but one that exploits a defect of \
     QEMU may reach what they would deny it";

/// What to know of a file that somebody may already be writing to.
const HAS_WRITER: &str = "another process has it open for writing; a write that has already begun, or one through a mapping into \
     memory, may not be noticed; end that process, or convert a snapshot";

/// Says on standard error what is noteworthy.
pub(crate) fn say(args: &Args, source: &mut Input) {
    let name = shown(&args.input);
    if let Some(format) = args.format.is_none().then(|| other_format(source)).flatten() {
        let note = format!("it begins like a {format} image, and is converted as a raw disk");
        say_line(&name, &format!("{note}; -f raw says that it is one, -f {format} that it is not"));
    }
    let lacks = if args.image_format().is_some() { daemon::lacks() } else { Vec::new() };
    if !lacks.is_empty() {
        let lacks = lacks.join(" and ");
        say_line(
            &name,
            &format!("this system lacks {lacks} to confine qemu-storage-daemon; {NOT_CONFINED}"),
        );
    }
    if source.may_change_unnoticed() {
        let note = "it is writable; if somebody writes to it meanwhile, the image is of no moment in time, and nothing tells";
        say_line(&name, note);
    }
    if source.files().into_iter().any(writers::has_writer) {
        say_line(&name, HAS_WRITER);
    }
    if let Some(note) = source.blind_spot() {
        say_line(&name, note);
    }
    if !source.files().is_empty() && disk::is_in_use(&args.input) {
        let note = "it is in use, by a file system that is mounted, for example, which may hold back changes of any age; \
            unmount it, or convert a snapshot";
        say_line(&name, note);
    }
}

/// Says that a file is less open than the one that it has replaced.
pub(crate) fn say_private(path: &Path) {
    let note = "the owner, group or access control list of the file that it replaces cannot be given to it, so only you may \
         open it (mode 0600)";
    say_line(&shown(path), note);
}

fn other_format(source: &mut Input) -> Option<&'static str> {
    let mut start = [0; 32];
    // A failure is for the conversion to report.
    let read = source.read_at(0, &mut start).ok()?;
    let format = FORMATS.iter().find(|(_, magic)| start[..read].starts_with(magic));
    format.map(|(name, _)| *name)
}

fn say_line(name: &str, note: &str) {
    stderr::line(format_args!("qcow2-to-stdout: note: {name}: {note}"));
}
