//! Every format that `qemu-img` writes: the image has the bytes of that from the same disk as raw.

use crate::stage::{convert, empty, expected, make, overlay, place, qemu_img, same};

#[test]
fn qcow2_of_every_kind_is_read() {
    let place = place();
    for how in [
        "",
        "-o compat=0.10",
        "-o cluster_size=512",
        "-o cluster_size=2M",
        "-o refcount_bits=1",
        "-o extended_l2=on,cluster_size=128k",
        "-o preallocation=metadata",
        "-c",
        "-c -o compression_type=zstd",
        "-S 0",
    ] {
        make(&place, &format!("-O qcow2 {how}"), "image");
        same(&place, "qcow2", &[], "image");
    }
}

#[test]
fn the_other_formats_are_read() {
    let place = place();
    for (format, how) in [
        ("qcow", ""),
        ("qed", ""),
        ("qed", "-o cluster_size=4k"),
        ("vdi", ""),
        ("vdi", "-o static=on"),
        ("vhdx", ""),
        ("vhdx", "-o subformat=fixed"),
        ("vpc", "-o force_size=on"),
        ("vpc", "-o force_size=on,subformat=fixed"),
        ("parallels", ""),
        ("vmdk", ""),
        ("vmdk", "-o zeroed_grain=on"),
        ("vmdk", "-o subformat=streamOptimized"),
    ] {
        make(&place, &format!("-O {format} {how}"), "image");
        same(&place, format, &[], "image");
    }
}

#[test]
fn a_vmdk_of_several_files_is_read_where_they_are_allowed() {
    for subformat in ["monolithicFlat", "twoGbMaxExtentFlat", "twoGbMaxExtentSparse"] {
        let place = place();
        make(&place, &format!("-O vmdk -o subformat={subformat}"), "image.vmdk");
        same(&place, "vmdk", &["--allow", "."], "image.vmdk");
    }
}

#[test]
fn a_size_that_a_format_rounds_is_that_of_the_format() {
    let place = place();
    make(&place, "-O vpc", "image");
    let image = convert(&place, "vpc", &[], "image").image();
    qemu_img(&place, ["convert", "-f", "vpc", "-O", "raw", "image", "disk.raw"]);
    assert!(image == expected(&place), "other bytes than those of qemu-img's raw disk");
}

#[test]
fn zero_clusters_hide_what_is_below() {
    let place = place();
    overlay(&place, "disk.raw", "raw", "over");
    let io = std::process::Command::new("qemu-io")
        .args(["-f", "qcow2", "-c", "write -z 0 1M", "-c", "write -P 9 5M 64k", "over"])
        .current_dir(place.folder())
        .status();
    assert!(io.expect("qemu-io is part of qemu-utils").success());
    let image = convert(&place, "qcow2", &["--allow", "disk.raw"], "over").image();
    qemu_img(&place, ["convert", "-f", "qcow2", "-O", "raw", "over", "flat"]);
    std::fs::rename(place.path("flat"), place.disk()).expect("it is replaced");
    assert!(image == expected(&place), "other bytes than those of qemu-img's raw disk");
}

#[test]
fn an_empty_disk_and_one_without_a_byte_are_read() {
    let place = empty();
    for size in ["0", "1G"] {
        qemu_img(&place, ["create", "-q", "-f", "raw", "disk.raw", size]);
        qemu_img(&place, ["create", "-q", "-f", "qcow2", "image", size]);
        same(&place, "qcow2", &[], "image");
    }
}

#[test]
fn options_and_outputs_are_those_of_raw_disks() {
    let place = place();
    make(&place, "-O qcow2", "image");
    for options in [&["-c", "4K"][..], &["-r", "1"], &["--measure"], &["--measure=json"]] {
        let raw =
            qcow2_stream_tests::command::run(place.command([options, &["disk.raw"]].concat()))
                .image();
        assert!(convert(&place, "qcow2", options, "image").image() == raw, "{options:?}");
    }
    assert_eq!(convert(&place, "qcow2", &["-o", "copy"], "image").image(), b"");
    assert!(std::fs::read(place.path("copy")).expect("it is there") == expected(&place));
}
