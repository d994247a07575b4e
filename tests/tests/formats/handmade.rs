//! Formats that QEMU reads, but nobody here writes: as small as they can be, and made by hand.

use std::fs;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use qcow2_stream_tests::command::Workplace;

use crate::stage::{disk, place, same};

/// A sector, in bytes.
const SECTOR: usize = 512;

#[test]
fn bochs_is_read() {
    is_read("bochs", bochs(&disk().to_vec()));
}

#[test]
fn cloop_is_read() {
    is_read("cloop", cloop(&disk().to_vec()));
}

#[test]
fn dmg_is_read() {
    is_read("dmg", dmg(&disk().to_vec()));
}

#[track_caller]
fn is_read(format: &str, image: Vec<u8>) {
    let place: Workplace = place();
    fs::write(place.path("image"), image).expect("it is written");
    same(&place, format, &[], "image");
}

fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

/// A growing image: a catalog of extents, and before each extent a bitmap of its sectors.
pub(crate) fn bochs(disk: &[u8]) -> Vec<u8> {
    const EXTENT: usize = 1 << 20;
    const BITMAP: usize = EXTENT / SECTOR / 8;
    let mut header = Vec::new();
    for (text, room) in [("Bochs Virtual HD Image", 32), ("Redolog", 16), ("Growing", 16)] {
        header.extend(text.bytes());
        header.resize(header.len() + room - text.len(), 0);
    }
    let extents: Vec<_> = disk.chunks(EXTENT).collect();
    let catalog = extents.len().next_multiple_of(SECTOR / 4);
    for number in [0x0002_0000, SECTOR, catalog, BITMAP, EXTENT, 0] {
        header.extend(u32::try_from(number).expect("small").to_le_bytes());
    }
    header.extend((disk.len() as u64).to_le_bytes());
    header.resize(SECTOR, 0);
    let (mut entries, mut data) = (Vec::new(), Vec::new());
    let mut used = 0_u32;
    for extent in &extents {
        if is_zero(extent) {
            entries.push(u32::MAX);
            continue;
        }
        entries.push(used);
        used += 1;
        let sectors: Vec<_> = extent.chunks(SECTOR).map(|sector| !is_zero(sector)).collect();
        let byte =
            |bits: &[bool]| bits.iter().rev().fold(0, |byte, bit| byte << 1 | u8::from(*bit));
        data.extend(sectors.chunks(8).map(byte));
        data.resize(data.len().next_multiple_of(SECTOR), 0);
        data.extend(*extent);
    }
    entries.resize(catalog, u32::MAX);
    let entries = entries.into_iter().flat_map(u32::to_le_bytes);
    header.into_iter().chain(entries).chain(data).collect()
}

/// Blocks in zlib's format, which need not be smaller for that.
pub(crate) fn cloop(disk: &[u8]) -> Vec<u8> {
    const BLOCK: usize = 32 << 10;
    let blocks: Vec<_> = disk.chunks(BLOCK).map(stored).collect();
    let mut image = vec![b'#'; 128];
    for number in [BLOCK, blocks.len()] {
        image.extend(u32::try_from(number).expect("small").to_be_bytes());
    }
    let mut offset = image.len() + 8 * (blocks.len() + 1);
    image.extend((offset as u64).to_be_bytes());
    for block in &blocks {
        offset += block.len();
        image.extend((offset as u64).to_be_bytes());
    }
    image.extend(blocks.concat());
    image
}

/// Bytes in zlib's format as they are: a header, one stored block, and the checksum.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).expect("one block holds no more");
    let (mut low, mut high) = (1_u32, 0_u32);
    for byte in bytes {
        low = (low + u32::from(*byte)) % 65_521;
        high = (high + low) % 65_521;
    }
    let mut stream = vec![0x78, 0x01, 0x01];
    stream.extend(length.to_le_bytes());
    stream.extend((!length).to_le_bytes());
    stream.extend(bytes);
    stream.extend((high << 16 | low).to_be_bytes());
    stream
}

/// Chunks of zeros and of data as it is, a property list that says which is where, and the trailer.
pub(crate) fn dmg(disk: &[u8]) -> Vec<u8> {
    const CHUNK: usize = 256 << 10;
    const ZEROS: u32 = 2;
    const RAW: u32 = 1;
    const END: u32 = u32::MAX;
    let mut table = b"mish".to_vec();
    table.resize(204, 0);
    let mut data = Vec::new();
    let mut entry = |kind: u32, numbers: [usize; 4]| {
        table.extend(kind.to_be_bytes());
        table.extend([0; 4]);
        let _ = numbers.map(|number| table.extend((number as u64).to_be_bytes()));
    };
    for (index, chunk) in disk.chunks(CHUNK).enumerate() {
        let (sector, sectors) = (index * CHUNK / SECTOR, chunk.len() / SECTOR);
        if is_zero(chunk) {
            entry(ZEROS, [sector, sectors, 0, 0]);
        } else {
            entry(RAW, [sector, sectors, data.len(), chunk.len()]);
            data.extend(chunk);
        }
    }
    entry(END, [disk.len() / SECTOR, 0, 0, 0]);
    let list = format!("<plist><data>{}</data></plist>", BASE64_STANDARD.encode(&table));
    let mut trailer = b"koly".to_vec();
    trailer.resize(SECTOR, 0);
    for (at, number) in
        [(0x20, data.len()), (0xd8, data.len()), (0xe0, list.len()), (0x1ec, disk.len() / SECTOR)]
    {
        trailer[at..at + 8].copy_from_slice(&(number as u64).to_be_bytes());
    }
    [data, list.into_bytes(), trailer].concat()
}
