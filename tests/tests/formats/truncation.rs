//! Images that end too early: wherever that is, there is the whole disk or an error, never zeros in place of data.

use std::fs::{self, File};

use qcow2_stream_tests::command::{FrontEnd, Workplace};
use qcow2_stream_tests::corpus::{Fill, Input, Write};

use crate::esx;
use crate::handmade::{bochs, cloop, dmg};
use crate::stage::{convert, expected, make, overlay, qemu_img, same};

/// A disk that is full at both ends and ends within a cluster of any format.
fn disk() -> Input {
    let end = Write::new(3 << 19, (1 << 20) + 512, Fill::Xorshift64(3));
    Input::new((5 << 19) + 512, vec![Write::new(0, 200_000, Fill::Xorshift64(4)), end])
}

fn place() -> Workplace {
    Workplace::with_disk(FrontEnd::Native, &disk())
}

/// Where a file of `length` bytes is cut: in sixteen parts, and around the ends of sectors, clusters and of itself.
fn cuts(length: u64) -> Vec<u64> {
    let parts = (1..16).map(|part| length * part / 16);
    let edges = [512, 1024, 1 << 16, 3 << 16, length].into_iter();
    let around =
        edges.flat_map(|edge| [edge.saturating_sub(1), edge + 1, edge.saturating_sub(513)]);
    let mut cuts = parts.chain(around).filter(|cut| *cut < length).collect::<Vec<_>>();
    cuts.sort_unstable();
    cuts.dedup();
    cuts
}

/// Cuts one file of a disk everywhere, and checks that `image` gives the whole disk or is refused. Returns how many cuts
/// were refused.
#[track_caller]
fn sweep(place: &Workplace, format: &str, image: &str, cut: &str) -> usize {
    sweep_but(place, format, image, cut, 0)
}

/// As [`sweep`], but where at least so many bytes are missing.
#[track_caller]
fn sweep_but(place: &Workplace, format: &str, image: &str, cut: &str, last: u64) -> usize {
    same(place, format, &["--allow", "."], image);
    let (path, whole) = (place.path(cut), expected(place));
    let bytes = fs::read(&path).expect("it is there");
    let mut refused = 0;
    let cuts = cuts(bytes.len() as u64).into_iter().filter(|cut| cut + last <= bytes.len() as u64);
    for length in cuts {
        let file = File::options().write(true).open(&path).expect("it is there");
        file.set_len(length).expect("it can be cut");
        let outcome = convert(place, format, &["--allow", "."], image);
        if outcome.status.success() {
            assert!(outcome.stdout == whole, "{format}, {cut} cut at {length}: other bytes");
        } else {
            outcome.failed(4, &["cannot read"]);
            refused += 1;
        }
        fs::write(&path, &bytes).expect("it is as it was");
    }
    refused
}

#[track_caller]
fn each(kinds: &[(&str, &str)]) {
    let place = place();
    for (format, how) in kinds {
        make(&place, &format!("-O {format} {how}"), "image");
        // QEMU does not always fill the last sector of a compressed cluster.
        let last = if (*format, *how) == ("qcow2", "-c") { 512 } else { 0 };
        let refused = sweep_but(&place, format, "image", "image", last);
        assert!(refused > 12, "{format} {how}: only {refused} refused");
    }
}

#[test]
fn qcow2_is_whole_or_refused() {
    each(&[("qcow2", ""), ("qcow2", "-o compat=0.10"), ("qcow2", "-o cluster_size=512")]);
}

#[test]
fn qcow2_with_subclusters_or_compressed_is_whole_or_refused() {
    each(&[("qcow2", "-o extended_l2=on"), ("qcow2", "-c"), ("qcow", "")]);
}

#[test]
fn qed_vdi_and_parallels_are_whole_or_refused() {
    each(&[("qed", ""), ("vdi", ""), ("vdi", "-o static=on"), ("parallels", "")]);
}

#[test]
fn vhdx_and_vpc_are_whole_or_refused() {
    each(&[
        ("vhdx", "-o block_size=1M"),
        ("vhdx", "-o subformat=fixed"),
        ("vpc", "-o force_size=on"),
        ("vpc", "-o force_size=on,subformat=fixed"),
    ]);
}

#[test]
fn vmdk_is_whole_or_refused() {
    each(&[("vmdk", ""), ("vmdk", "-o zeroed_grain=on"), ("vmdk", "-o subformat=streamOptimized")]);
}

#[test]
fn what_nobody_here_writes_is_whole_or_refused() {
    let place = place();
    for (format, image) in
        [("bochs", bochs as fn(&[u8]) -> Vec<u8>), ("cloop", cloop), ("dmg", dmg)]
    {
        let mut disk = disk().to_vec();
        // cloop has no shorter last block.
        disk.resize(5 << 19, 0);
        fs::write(place.disk(), &disk).expect("it is written");
        fs::write(place.path("image"), image(&disk)).expect("it is written");
        assert!(sweep(&place, format, "image", "image") > 12, "{format}");
    }
}

#[test]
fn a_data_file_is_whole_or_refused_and_named() {
    for how in ["", ",data_file_raw=on", ",extended_l2=on"] {
        let place = place();
        make(&place, &format!("-O qcow2 -o data_file=data{how}"), "image");
        assert!(sweep(&place, "qcow2", "image", "data") > 12, "{how}");
        assert!(sweep(&place, "qcow2", "image", "image") > 12, "{how}");
        let data = File::options().write(true).open(place.path("data")).expect("it is there");
        data.set_len(1 << 16).expect("it can be cut");
        let outcome = convert(&place, "qcow2", &["--allow", "data"], "image");
        outcome.refused(4, &["cannot read image", "data has been cut off: it ends at 65536"]);
    }
}

#[test]
fn a_data_file_whose_only_cluster_is_cut_is_refused() {
    let disk = Input::new(1 << 16, vec![Write::new(0, 1 << 16, Fill::Xorshift64(5))]);
    let place = Workplace::with_disk(FrontEnd::Native, &disk);
    make(&place, "-O qcow2 -o data_file=data", "image");
    assert!(sweep(&place, "qcow2", "image", "data") > 12);
}

#[test]
fn a_backing_file_of_any_description_is_whole_or_refused() {
    let place = place();
    make(&place, "-O qcow2", "base");
    for name in [
        "base",
        r#"json:{"driver":"qcow2","file":{"driver":"file","filename":"base"}}"#,
        r#"json:{"driver":"qcow2","file":{"driver":"raw","file":{"driver":"file","filename":"base"}}}"#,
    ] {
        overlay(&place, name, "qcow2", "middle");
        qemu_img(&place, ["rebase", "-u", "-f", "qcow2", "-b", name, "-F", "qcow2", "middle"]);
        overlay(&place, "middle", "qcow2", "over");
        for image in ["middle", "over"] {
            let size = disk().size.to_string();
            qemu_img(&place, ["resize", "-q", "--shrink", "-f", "qcow2", image, &size]);
        }
        assert!(sweep(&place, "qcow2", "over", "base") > 12, "{name}");
    }
}

#[test]
fn an_image_in_a_part_of_a_file_is_refused() {
    let place = place();
    make(&place, "-O qcow2", "base");
    for part in [r#""offset":0"#, r#""size":131072"#, r#""offset":"0""#] {
        let name = format!(
            r#"json:{{"driver":"qcow2","file":{{"driver":"raw",{part},"file":{{"driver":"file","filename":"base"}}}}}}"#
        );
        overlay(&place, &name, "qcow2", "over");
        let outcome = convert(&place, "qcow2", &["--allow", "base"], "over");
        outcome.refused(4, &["cannot read over", "part of another file"]);
    }
}

#[test]
fn each_file_of_a_vmdk_is_whole_or_refused() {
    for (subformat, extent) in [
        ("monolithicFlat", "image-flat.vmdk"),
        ("twoGbMaxExtentFlat", "image-f001.vmdk"),
        ("twoGbMaxExtentSparse", "image-s001.vmdk"),
    ] {
        let place = place();
        make(&place, &format!("-O vmdk -o subformat={subformat}"), "image.vmdk");
        assert!(sweep(&place, "vmdk", "image.vmdk", extent) > 12, "{subformat}");
        // What comes last in the description is properties of the disk, and padding.
        assert!(sweep(&place, "vmdk", "image.vmdk", "image.vmdk") > 4, "{subformat}");
    }
}

#[test]
fn extents_as_esx_makes_them_are_whole_or_refused() {
    let place = place();
    for (kind, create, extent) in [
        ("VMFSSPARSE", "vmfsSparse", esx::cowd as fn(&[u8]) -> Vec<u8>),
        ("SESPARSE", "seSparse", esx::sesparse),
    ] {
        let mut disk = disk().to_vec();
        disk.resize(disk.len().next_multiple_of(4096), 0);
        fs::write(place.disk(), &disk).expect("it is written");
        let description = esx::description(create, kind, disk.len());
        fs::write(place.path("image"), description).expect("it is written");
        fs::write(place.path("extent"), extent(&disk)).expect("it is written");
        assert!(sweep(&place, "vmdk", "image", "extent") > 12, "{kind}");
    }
}
