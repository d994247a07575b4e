//! Tables by hand, as nobody's program makes them.

use std::fs::File;
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt;

use super::*;

/// A file of `size` bytes, with bytes at offsets. The rest is a hole.
fn file(size: u64, pieces: &[(u64, Vec<u8>)]) -> File {
    let file = tempfile::tempfile().expect("a file");
    file.set_len(size).expect("it may be that long");
    for (offset, bytes) in pieces {
        file.write_all_at(bytes, *offset).expect("there is room");
    }
    file
}

/// What a look finds, and how many pieces of up to 1 MiB it read.
#[track_caller]
fn look_at(driver: &str, file: &File) -> (Look, u64) {
    let mut pieces = 0;
    let end = file.metadata().expect("a file").len();
    let look = look(driver, file, end, None, &mut |_| {
        pieces += 1;
        ControlFlow::Continue(())
    });
    (look.expect("it can be read"), pieces)
}

fn be(numbers: impl IntoIterator<Item = u64>) -> Vec<u8> {
    numbers.into_iter().flat_map(u64::to_be_bytes).collect()
}

fn le(numbers: impl IntoIterator<Item = u32>) -> Vec<u8> {
    numbers.into_iter().flat_map(u32::to_le_bytes).collect()
}

/// Bytes with fields in them.
fn header(length: usize, fields: &[(usize, &[u8])]) -> Vec<u8> {
    let mut header = vec![0; length];
    for (at, bytes) in fields {
        header[*at..at + bytes.len()].copy_from_slice(bytes);
    }
    header
}

const L1: u64 = 1 << 20;

/// A qcow2 header for clusters of 64 KiB.
fn qcow2(entries: u32) -> Vec<u8> {
    let fields: [(usize, &[u8]); 5] = [
        (0, b"QFI\xfb"),
        (4, &2_u32.to_be_bytes()),
        (20, &16_u32.to_be_bytes()),
        (36, &entries.to_be_bytes()),
        (40, &L1.to_be_bytes()),
    ];
    header(72, &fields)
}

/// A header of qcow's first version, for clusters of 4 KiB and tables of 512 entries.
fn qcow(entries: u64) -> Vec<u8> {
    let size = entries << 21;
    let fields: [(usize, &[u8]); 3] =
        [(24, &size.to_be_bytes()), (32, &[12, 9]), (40, &L1.to_be_bytes())];
    header(48, &fields)
}

/// A vmdk header for grains of 64 KiB and tables of 512 entries.
fn vmdk(entries: u64) -> Vec<u8> {
    let fields: [(usize, &[u8]); 5] = [
        (0, b"KDMV"),
        (12, &(entries << 16).to_le_bytes()),
        (20, &128_u64.to_le_bytes()),
        (44, &512_u32.to_le_bytes()),
        (56, &(L1 >> 9).to_le_bytes()),
    ];
    header(512, &fields)
}

/// So many entries that reading a table for each would take minutes, or hours.
const MANY: u64 = 4 << 20;

/// Where tables lie, behind any L1 table of these tests.
const BEHIND: u64 = 64 << 20;

#[test]
fn a_table_that_every_entry_names_is_read_once() {
    let qcow2 = file(
        BEHIND + (1 << 16),
        &[(0, qcow2(MANY as u32)), (L1, be(vec![BEHIND; MANY as usize])), (BEHIND, be([1 << 20]))],
    );
    let qcow = file(
        BEHIND + 4096,
        &[(0, qcow(MANY)), (L1, be(vec![BEHIND; MANY as usize])), (BEHIND, be([1 << 20]))],
    );
    let sector = (BEHIND >> 9) as u32;
    let vmdk = file(
        BEHIND + 2048,
        &[(0, vmdk(MANY)), (L1, le(vec![sector; MANY as usize])), (BEHIND, le([1 << 11]))],
    );
    for (driver, file) in [("qcow2", qcow2), ("qcow", qcow), ("vmdk", vmdk)] {
        let (look, pieces) = look_at(driver, &file);
        assert_eq!(look, Look::Whole, "{driver}");
        assert!(pieces <= 34, "{driver}: {pieces}");
    }
}

#[test]
fn tables_that_overlap_are_read_once() {
    // Each begins a sector after the one before.
    let tables = (0..MANY / 64).map(|nth| BEHIND + 512 * nth);
    let end = BEHIND + 512 * (MANY / 64 - 1) + (1 << 16);
    // Of this only the last entry is data, and missing.
    let last = (end - 8, be([1 << 40]));
    let file = file(
        end,
        &[
            (0, qcow2((MANY / 64) as u32)),
            (L1, be(tables)),
            (BEHIND, vec![0; (end - BEHIND) as usize]),
            last,
        ],
    );
    let (look, pieces) = look_at("qcow2", &file);
    assert_eq!(look, Look::Missing(1 << 40));
    assert!(pieces <= 40, "{pieces}");
}

#[test]
fn tables_at_any_offset_are_read_eight_times_at_most() {
    let tables = (0..1 << 20).map(|nth| BEHIND + nth);
    let end = BEHIND + (1 << 20) + 4096;
    let file = file(
        end,
        &[(0, qcow(1 << 20)), (L1, be(tables)), (BEHIND, vec![0; (end - BEHIND) as usize])],
    );
    let (look, pieces) = look_at("qcow", &file);
    assert_eq!(look, Look::Whole);
    assert!(pieces <= 8 + 8 * 2, "{pieces}");
}

#[test]
fn what_lies_in_a_hole_is_not_read() {
    // Tables all over a file that claims to have 4 TiB.
    let tables = (0..MANY).map(|nth| BEHIND + (nth << 20));
    let end = BEHIND + (MANY << 20);
    let file = file(end, &[(0, qcow2(MANY as u32)), (L1, be(tables)), (end - 8, be([end]))]);
    let (look, pieces) = look_at("qcow2", &file);
    // The last table begins a MiB before the end.
    assert_eq!(look, Look::Whole);
    assert!(pieces <= 34, "{pieces}");
}

#[test]
fn more_tables_than_any_program_makes_are_refused() {
    let sectors = 1 << 17..(1 << 17) + MANY as u32 + 1;
    let file = file(1 << 40, &[(0, vmdk(MANY + 1)), (L1, le(sectors))]);
    let error = look("vmdk", &file, 1 << 40, None, &mut |_| ControlFlow::Continue(())).unwrap_err();
    assert!(error.to_string().contains("more than 4194304 tables"), "{error}");
}

#[test]
fn a_table_of_any_length_is_looked_at_to_its_end() {
    let (entries, missing) = (65_u64 << 20, 1 << 30);
    let fields: [(usize, &[u8]); 2] =
        [(0, b"WithoutFreeSpace"), (32, &(entries as u32).to_le_bytes())];
    let last = 64 + 4 * (entries - 1);
    let file = file(64 + 4 * entries, &[(0, header(64, &fields)), (last, le([missing >> 9]))]);
    let (look, pieces) = look_at("parallels", &file);
    assert_eq!(look, Look::Missing(missing.into()));
    assert!(pieces < 10, "{pieces}");
}

#[test]
fn a_look_can_be_ended_in_each_piece() {
    let file =
        file(BEHIND + (1 << 16), &[(0, qcow2(1)), (L1, be([BEHIND])), (BEHIND, be([1 << 20]))]);
    let mut ends = 0;
    for most in 0..2 {
        let mut pieces = 0;
        let stopped = look("qcow2", &file, BEHIND + (1 << 16), None, &mut |_| {
            pieces += 1;
            if pieces > most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        ends += usize::from(stopped.expect("it can be read") == Look::Stopped);
    }
    assert_eq!(ends, 2);
}

#[test]
fn only_tables_count_as_progress() {
    let file =
        file(BEHIND + (1 << 16), &[(0, qcow2(1)), (L1, be([BEHIND])), (BEHIND, be([1 << 20]))]);
    let mut reached = Vec::new();
    look("qcow2", &file, BEHIND + (1 << 16), None, &mut |at| {
        reached.push(at);
        ControlFlow::Continue(())
    })
    .expect("it can be read");
    assert_eq!(reached, [0, BEHIND]);
}
