//! What is no raw disk is recognised, and the page says what to do with it.

use std::fs;
use std::path::Path;
use std::process::Command;

use qcow2_stream_tests::browser::{Kind, Site};
use qcow2_stream_tests::command::FrontEnd;
use qcow2_stream_tests::qemu;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::disks::Disk;
use crate::stage::Page;

/// How files begin, from the descriptions of their formats, and a word of what the page says that they are.
const BEGINNINGS: &[(&str, &[u8])] = &[
    ("qcow image", b"QFI\xfb\0\0\0\x01"),
    ("qcow2", b"QFI\xfb\0\0\0\x02"),
    ("qcow2", b"QFI\xfb\0\0\0\x03"),
    ("QED", b"QED\0"),
    ("VMDK", b"KDMV\x01\0\0\0"),
    ("VMDK", b"COWD\x01\0\0\0"),
    ("VMDK", b"# Disk DescriptorFile\nversion=1\n"),
    ("VHDX", b"vhdxfile"),
    ("VHD", b"conectix"),
    ("Parallels", b"WithoutFreeSpace"),
    ("Parallels", b"WithouFreSpacExt"),
    ("Bochs", b"Bochs Virtual HD Image\0"),
    ("cloop", b"#!/bin/sh\n#V2.0 Format\nmodprobe cloop"),
    ("gzip", b"\x1f\x8b\x08\0"),
    ("compress", b"\x1f\x9d\x90"),
    ("xz", b"\xfd7zXZ\0\0\x04"),
    ("LZMA", b"\x5d\0\0\x80\0\xff\xff\xff\xff\xff\xff\xff\xff\0"),
    ("zstd", b"\x28\xb5\x2f\xfd"),
    ("bzip2", b"BZh91AY&SY"),
    ("bzip2", b"BZh9\x17\x72\x45\x38\x50\x90"),
    ("LZ4", b"\x04\x22\x4d\x18"),
    ("LZ4", b"\x02\x21\x4c\x18"),
    ("lzip", b"LZIP\x01"),
    ("lzop", b"\x89LZO\0\r\n\x1a\n"),
    ("zip", b"PK\x03\x04"),
    ("7z", b"7z\xbc\xaf\x27\x1c"),
    ("RAR", b"Rar!\x1a\x07\0"),
    ("RAR", b"Rar!\x1a\x07\x01\0"),
    ("cabinet", b"MSCF\0\0\0\0"),
    ("Android sparse", b"\x3a\xff\x26\xed\x01\0\0\0"),
    ("EnCase (E01)", b"EVF\x09\x0d\x0a\xff\0\x01"),
    ("EnCase (Ex01)", b"EVF2\x0d\x0a\x81\0\x02"),
    ("EnCase (L01)", b"LVF\x09\x0d\x0a\xff\0\x01"),
    ("AFF", b"AFF10\r\n\0"),
    ("partclone", b"partclone-image\0"),
    ("Partimage", b"PaRtImAgE-VoLuMe"),
    ("Ghost", b"\xfe\xef\x01\x09"),
    ("WIM", b"MSWIM\0\0\0"),
    ("WIM", b"WLPWM\0\0\0"),
    ("VMA", b"VMA\0\0\0\0\x01"),
    ("Apple sparse", b"sprs\0\0\0\x03"),
    ("encrypted DMG", b"encrcdsa"),
    ("CHD", b"MComprHD"),
    ("Git LFS", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"),
    ("HTML", b"<!doctype html><title>"),
    ("HTML", b"<!DOCTYPE HTML PUBLIC"),
    ("HTML", b"\xef\xbb\xbf\r\n <html>"),
    ("HTML", b"<!-- a page --><html>"),
    ("XML", b"<?xml version=\"1.0\"?><Error><Code>AccessDenied"),
];

#[test]
fn what_begins_like_another_format_is_recognised_whatever_follows() {
    let (mut names, mut files) = (Vec::new(), Vec::new());
    for (what, begin) in BEGINNINGS {
        names.push(*what);
        files.push([*begin, &[0; 70_000]].concat());
    }
    for (what, offset, magic) in [("VDI", 0x40, &b"\x7f\x10\xda\xbe"[..]), ("tar", 257, b"ustar")] {
        names.push(what);
        files.push([&vec![0; offset], magic, &[0; 70_000]].concat());
    }
    for (what, end, magic) in
        [("VHD", 512, &b"conectix"[..]), ("VHD", 511, b"conectix"), ("DMG", 512, b"koly")]
    {
        names.push(what);
        let mut file = vec![0; 70_000 - end];
        file.extend(magic);
        file.resize(70_000, 0);
        files.push(file);
    }
    for text in ["{\"error\": \"not found\"}\n", "Not Found", "moved to \u{e4}"] {
        names.push("a text");
        files.push(text.as_bytes().to_vec());
    }
    for ((what, file), known) in names.iter().zip(&files).zip(recognised(&files)) {
        let known = known["what"].as_str().unwrap_or_default();
        assert!(known.contains(what), "{what}: {known:?}, {:?}", &file[..16.min(file.len())]);
    }
}

/// What raw disks begin with.
#[test]
fn no_raw_disk_is_taken_for_something_else() {
    let sector = |begin: &[u8]| {
        let mut disk = [begin, &[0; 510][..510 - begin.len()], b"\x55\xaa"].concat();
        disk.resize(70_000, 0);
        disk
    };
    let at = |offset: usize, bytes: &[u8]| {
        let mut disk = vec![0; 70_000];
        disk[offset..offset + bytes.len()].copy_from_slice(bytes);
        disk
    };
    let disks = [
        // Boot loaders: GRUB, SYSLINUX, Windows, FreeBSD; FAT, NTFS, exFAT; an isohybrid, LUKS, XFS, Btrfs, ext4, LVM, GPT, ISO.
        sector(b"\xeb\x63\x90"),
        sector(b"\x33\xc0\xfa\x8e\xd8"),
        sector(b"\x33\xc0\x8e\xd0\xbc\0\x7c"),
        sector(b"\xfc\x31\xc0\x8e\xc0"),
        sector(b"\xeb\x3c\x90MSWIN4.1"),
        sector(b"\xeb\x52\x90NTFS    "),
        sector(b"\xeb\x76\x90EXFAT   "),
        sector(b"\x45\x52\x08\0\0\0\x90\x90"),
        at(0, b"LUKS\xba\xbe\0\x01"),
        at(0, b"XFSB\0\0\x10\0"),
        at(0, b"hsqs\x01\0\0\0"),
        at(65_536 + 64, b"_BHRfS_M"),
        at(1080, b"\x53\xef"),
        at(512, b"LABELONE"),
        at(512, b"EFI PART"),
        at(32_769, b"CD001"),
        // HTML and other texts elsewhere than at the front, and a disk of text.
        at(512, b"<!doctype html>"),
        at(3, b"conectix"),
        vec![b'x'; 70_000],
        vec![0; 512],
        vec![0xff; 70_000],
        b"BZh is how this begins\0".to_vec(),
    ];
    for (disk, known) in disks.iter().zip(recognised(&disks)) {
        assert_eq!(known, Value::Null, "{:?}", &disk[..16]);
    }
}

/// What the page's own function says of files.
fn recognised(files: &[Vec<u8>]) -> Vec<Value> {
    let page = Page::open(Kind::Chromium);
    let folder = Site::build_and_serve().folder();
    let name = |nth: usize| format!("formats-{}-{nth}.bin", files.len());
    for (nth, file) in files.iter().enumerate() {
        fs::write(folder.join(name(nth)), file).expect("it is written");
    }
    let names: Vec<_> = (0..files.len()).map(name).collect();
    let script = "const { recognise } = await import(arguments[0]);
        return Promise.all(arguments[1].map(async (name) => recognise(await (await fetch(name)).blob())))";
    let module = format!("{}app/sniff.js", Site::build_and_serve().url());
    let known = page.browser.run(script, &[json!(module), json!(names)]);
    serde_json::from_value(known).expect("a list")
}

/// A name that a shell would take for more than a word, and that options could be mixed up with.
const NAME: &str = "-it's a disk; $(touch ran)";

#[test]
fn the_command_that_the_page_shows_converts_an_image_of_each_format() {
    let (page, raw) = (Page::open(Kind::Chromium), Disk::small("whole-sectors"));
    let sectors = fs::metadata(raw.path()).expect("it is there").len() / 512 * 512;
    fs::OpenOptions::new()
        .write(true)
        .open(raw.path())
        .and_then(|f| f.set_len(sectors))
        .expect("it is cut");
    let place = TempDir::new().expect("a folder");
    for format in ["qcow2", "qcow", "vmdk", "vdi", "vhdx", "vpc", "qed", "parallels"] {
        let image = place.path().join(format!("{NAME}.{format}"));
        let mut convert = Command::new("qemu-img");
        convert.args(["convert", "-f", "raw", "-O", format]).arg(raw.path()).arg(&image);
        let made = convert.output().expect("qemu-img is missing: apt-get install qemu-utils");
        assert!(made.status.success(), "{format}: {}", String::from_utf8_lossy(&made.stderr));
        let line = shown(&page, &image);
        assert!(line.starts_with(&format!("qcow2-to-stdout -f {format} ")), "{line}");
        run_as_shown(&line, place.path());
        let made = place.path().join(format!("{}.{format}.qcow2", NAME.trim_start_matches('.')));
        qemu::check(&made);
        // Some formats make the disk longer.
        let mut compare = Command::new("qemu-img");
        compare.args(["compare", "-f", "raw", "-F", "qcow2"]).arg(raw.path()).arg(&made);
        let said = compare.output().expect("it is there");
        assert!(said.status.success(), "{format}: {}", String::from_utf8_lossy(&said.stdout));
    }
    assert!(!place.path().join("ran").exists());
}

#[test]
fn the_command_that_the_page_shows_unpacks_a_compressed_disk() {
    let (page, raw) = (Page::open(Kind::Chromium), Disk::small("packed-disk"));
    let place = TempDir::new().expect("a folder");
    for (program, ending) in [("gzip", "gz"), ("xz", "xz"), ("bzip2", "bz2"), ("zstd", "zst")] {
        let packed = place.path().join(format!("{NAME}.raw.{ending}"));
        let mut pack = Command::new(program);
        let output = pack.arg("-c").arg(raw.path()).output();
        let output =
            output.unwrap_or_else(|_| panic!("{program} is missing: apt-get install {program}"));
        fs::write(&packed, output.stdout).expect("it is written");
        let line = shown(&page, &packed);
        run_as_shown(&line, place.path());
        let unpacked = place.path().join(format!("{NAME}.raw.{ending}.raw"));
        assert_eq!(
            fs::read(unpacked).expect("it is unpacked"),
            fs::read(raw.path()).expect("it is there")
        );
    }
    let packed = place.path().join(format!("{NAME}.tar"));
    let mut pack = Command::new("tar");
    pack.arg("-C")
        .arg(raw.path().parent().expect("it is in a folder"))
        .arg("-cf")
        .arg(&packed)
        .arg(".");
    assert!(pack.status().expect("tar is there").success());
    run_as_shown(&shown(&page, &packed), place.path());
    assert!(place.path().join("packed-disk.raw").is_file());
    assert!(!place.path().join("ran").exists());
}

/// The command that the page shows for a file.
#[track_caller]
fn shown<B: std::ops::Deref<Target = qcow2_stream_tests::browser::Browser>>(
    page: &Page<B>,
    file: &Path,
) -> String {
    page.pick(file);
    page.wait_for_error();
    let line = page.browser.text("#error-command pre");
    page.browser.click("#again");
    page.wait_for("start");
    line
}

/// Runs a line as somebody who has copied it.
#[track_caller]
fn run_as_shown(line: &str, place: &Path) {
    let native = FrontEnd::Native.command(place);
    let program = Path::new(native.get_program());
    let folder = program.parent().expect("a program is in a folder").display();
    let path = format!("{folder}:{}", std::env::var("PATH").unwrap_or_default());
    let mut shell = Command::new("sh");
    let said = shell.args(["-c", line]).current_dir(place).env("PATH", path).output();
    let said = said.expect("a shell");
    assert!(said.status.success(), "{line}: {}", String::from_utf8_lossy(&said.stderr));
}
