//! imago, a Rust crate that virtual machine monitors use. It reads external data files, too.

use imago::file::File;
use imago::qcow2::Qcow2;
use imago::{FormatAccess, FormatDriverBuilder, PermissiveImplicitOpenGate};

use crate::stage::{Image, reads_every_geometry, reads_the_corpus_but};

fn read(image: &Image<'_>) -> Result<(), String> {
    let opened =
        Qcow2::<File>::builder_path(&image.path).open(PermissiveImplicitOpenGate::default());
    let disk = FormatAccess::new(opened.map_err(|error| error.to_string())?);
    image.check_size(disk.size())?;
    image.compare(image.ranges(), |offset, buf| disk.read(buf, offset))
}

#[test]
fn imago_reads_the_whole_corpus() {
    reads_the_corpus_but(|_| false, read);
}

#[test]
fn imago_reads_every_cluster_size_and_refcount_width() {
    reads_every_geometry(read);
}
