//! What the user may want to know about an input that can be converted all the same.

use qcow2_stream::ReadAt;

use crate::args::Args;
use crate::input::Input;
use crate::shown::shown;
use crate::stderr;
use crate::system::disk;

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

/// Says on standard error what is noteworthy.
pub(crate) fn say(args: &Args, source: &mut Input) {
    let name = shown(&args.input);
    if let Some(format) = other_format(source).filter(|_| args.format.is_none()) {
        let note = format!("it begins like a {format} image, and is converted as a raw disk");
        say_line(&name, &format!("{note}; -f raw says that it is one"));
    }
    if source.may_change_unnoticed() {
        let note = "it is writable; if somebody writes to it meanwhile, the image is of no moment in time, and nothing tells";
        say_line(&name, note);
    }
    if source.file().is_some() && disk::is_in_use(&args.input) {
        let note = "it is in use; if it is written to meanwhile, the image is of no moment in time";
        say_line(&name, note);
    }
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
