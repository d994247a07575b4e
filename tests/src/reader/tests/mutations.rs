//! Good images with one fault each, and what the reader says of it.

use super::handmade::{backed, external, plain, raw_external};

/// A fault: its name, where it goes, the bytes, and a part of the answer.
pub(super) type Mutation = (&'static str, usize, &'static [u8], &'static str);

/// A good image and the faults to put into it, one at a time.
pub(super) type Table = (fn() -> Vec<u8>, &'static [Mutation]);

/// Every table.
pub(super) const TABLES: [Table; 7] = [
    (plain, HEADER),
    (plain, EXTENSIONS),
    (plain, MAPPING),
    (plain, REFCOUNTS),
    (external, EXTERNAL),
    (raw_external, RAW_EXTERNAL),
    (backed, BACKED),
];

const HEADER: &[Mutation] = &[
    ("magic", 3, &[0xfa], "header: magic is 0x514649fa"),
    ("version 2", 7, &[2], "header: version is 2"),
    ("backing size alone", 19, &[9], "backing_file_size is 9 without an offset"),
    ("clusters of 256", 23, &[8], "cluster_bits is 8"),
    ("clusters of 4M", 23, &[22], "cluster_bits is 22"),
    ("half a sector", 30, &[7, 0xff], "size 2047 is not a multiple of 512"),
    ("size too large for L1", 29, &[1], "l1_size is 1, but the size needs 3"),
    ("encrypted", 35, &[1], "crypt_method is 1"),
    ("no L1 entry", 39, &[0], "l1_size is 0, but the size needs 1"),
    ("L1 entry too many", 39, &[2], "l1_size is 2, but the size needs 1"),
    ("L1 too large", 36, &[1], "l1_size 16777217 makes more than 32 MiB"),
    ("L1 misaligned", 47, &[8], "l1_table_offset 1544 is not cluster aligned"),
    ("L1 nowhere", 46, &[0], "l1_table_offset is 0 with 1 entries"),
    ("L1 beyond the file", 46, &[14], "the L1 table at 3584 with 512 bytes leaves the file"),
    ("L1 offset overflows", 40, &[0xff; 6], "the L1 table at 18446744073709487616 with"),
    ("refcounts misaligned", 55, &[1], "refcount_table_offset 513 is not cluster aligned"),
    ("refcounts nowhere", 54, &[0], "refcount_table_offset is 0"),
    ("no refcounts", 59, &[0], "refcount_table_clusters is 0"),
    ("refcounts too many", 58, &[0x40, 1], "refcount_table_clusters 16385 makes more than 8 MiB"),
    ("refcounts leave the file", 59, &[7], "the refcount table at 512 with 3584 bytes leaves"),
    ("a snapshot", 63, &[1], "nb_snapshots is 1"),
    ("snapshots somewhere", 70, &[2], "snapshots_offset is 512 without snapshots"),
    ("dirty", 79, &[1], "incompatible_features has 0x1 set"),
    ("corrupt", 79, &[2], "incompatible_features has 0x2 set"),
    ("compression type", 79, &[8], "incompatible_features has 0x8 set"),
    ("extended L2", 79, &[16], "incompatible_features has 0x10 set"),
    ("reserved bit", 72, &[0x80], "incompatible_features has 0x8000000000000000 set"),
    ("lazy refcounts", 87, &[1], "compatible_features is 0x1"),
    ("bitmaps", 95, &[1], "autoclear_features has 0x1 set"),
    ("raw without a data file", 95, &[2], "the raw bit without a data file"),
    ("refcounts of 128 bits", 99, &[7], "refcount_order is 7"),
    ("header too short", 103, &[96], "header_length is 96"),
    ("header too long", 103, &[120], "header_length is 120"),
];

const EXTENSIONS: &[Mutation] = &[
    ("feature type 3", 112, &[3], "extension at 104: feature type 3"),
    ("feature bit 64", 113, &[64], "extension at 104: feature bit 64"),
    ("no name", 114, &[0; 46], "Incompatible bit 2 has an empty name"),
    ("name not padded", 159, &[1], "the name of Incompatible bit 2 is not padded"),
    ("named twice", 160, &[0, 2], "Incompatible bit 2 is named twice"),
    ("part of a name", 111, &[90], "the feature names take 90 bytes"),
    ("extension too long", 110, &[9], "type 0x6803f857 with 2400 bytes leaves"),
    ("the length's largest", 108, &[0xff; 4], "with 4294967295 bytes leaves"),
    ("the end has a length", 215, &[8], "extension at 208: the end has 8 bytes"),
    ("bitmaps", 208, &[0x23, 0x85, 0x28, 0x75], "type 0x23852875 is not expected"),
    ("a table twice", 208, &[0x68, 3, 0xf8, 0x57], "type 0x6803f857 is there twice"),
    ("a name without its bit", 208, b"DATA\0\0\0\x01x", "a data file's name without its bit"),
    ("a format alone", 208, &[0xe2, 0x79, 0x2a, 0xca], "a backing format without a backing"),
    ("part of names", 110, &[1, 0x90], "the feature names take 400 bytes"),
    ("something follows", 216, &[1], "byte 216 after the extensions is 0x1"),
    ("the last byte", 511, &[5], "byte 511 after the extensions is 0x5"),
];

const MAPPING: &[Mutation] = &[
    ("L1 not COPIED", 1536, &[0], "L1 entry 0: 0x800 lacks the COPIED bit"),
    ("L1 low reserved", 1543, &[1], "L1 entry 0: reserved bits 0x1 are set"),
    ("L1 high reserved", 1536, &[0xc0], "L1 entry 0: reserved bits 0x4000000000000000"),
    ("L1 nowhere", 1542, &[0], "L1 entry 0: offset 0 with the COPIED bit"),
    ("L1 beyond", 1542, &[14], "L1 entry 0: offset 3584 is beyond the file's 3584"),
    ("L1 padding", 1544, &[1], "L1 padding: byte 8 of the table"),
    ("L1 padding's end", 2047, &[1], "L1 padding: byte 511 of the table"),
    ("L1 empty", 1536, &[0; 8], "cluster 4 is used by nothing"),
    ("L2 empty", 2048, &[0; 24], "L1 entry 0: empty L2 table at 2048"),
    ("L2 not COPIED", 2048, &[0], "L2 entry for guest 0: 0xa00 lacks the COPIED"),
    ("L2 compressed", 2048, &[0xc0], "0xc000000000000a00 is compressed"),
    ("L2 zero flag", 2055, &[1], "0x8000000000000a01 has the zero flag"),
    ("L2 low reserved", 2055, &[2], "L2 entry for guest 0: reserved bits 0x2"),
    ("L2 high reserved", 2048, &[0x81], "reserved bits 0x100000000000000"),
    ("L2 nowhere", 2054, &[0], "L2 entry for guest 0: offset 0 with the COPIED"),
    ("L2 beyond", 2070, &[14], "L2 entry for guest 1024: offset 3584 is beyond"),
    ("L2 far beyond", 2065, &[0xff], "is beyond the file's 3584 bytes"),
    ("past the disk", 2080, &[0x80, 0, 0, 0, 0, 0, 12], "guest 2048: 0x8000000000000c00 is beyond"),
    ("the table's end", 2559, &[1], "L2 entry for guest 32256: 0x1 is beyond"),
    ("data twice", 2070, &[10], "cluster 5 is used twice: by the data of guest 0"),
    ("data are the L2", 2054, &[8], "cluster 4 is used twice: by L2 table 0"),
    ("data are the L1", 2054, &[6], "cluster 3 is used twice: by the L1 table"),
    ("the L2 is the block", 1542, &[4], "guest 0: 0x1000100010001 has the zero flag"),
    ("data leak", 2064, &[0; 8], "cluster 6 is used by nothing"),
    ("data leak inside", 2048, &[0; 8], "cluster 5 is used by nothing"),
    ("data moved", 2054, &[12], "cluster 5 is used by nothing (before the data"),
];

const REFCOUNTS: &[Mutation] = &[
    ("no block", 518, &[0], "refcount table: entry 0 has no block"),
    ("reserved", 519, &[1], "refcount table: entry 0 has reserved bits 0x1"),
    ("beyond", 518, &[14], "refcount table: entry 0 at 3584 is beyond"),
    ("a block too many", 526, &[4], "refcount table: entry 1 is 0x400, beyond"),
    ("the table's end", 1023, &[1], "refcount table: entry 63 is 0x1, beyond"),
    ("block moved", 518, &[10], "cluster 2 is used by nothing (before the L1"),
    ("header free", 1025, &[0], "refcount of cluster 0 is 0, not 1"),
    ("data free", 1035, &[0], "refcount of cluster 5 is 0, not 1"),
    ("data twice", 1037, &[2], "refcount of cluster 6 is 2, not 1"),
    ("high byte", 1036, &[1], "refcount of cluster 6 is 257, not 1"),
    ("beyond the file", 1039, &[1], "refcount of cluster 7 is 1, beyond"),
    ("the block's end", 1535, &[9], "refcount of cluster 255 is 9, beyond"),
    ("wider", 99, &[5], "refcount of cluster 0 is 65537, not 1"),
    ("table in the L1", 54, &[6], "refcount table: entry 0 at 9223372036854777856 is"),
];

const EXTERNAL: &[Mutation] = &[
    ("compression", 104, &[1], "compression_type is 1"),
    ("padding", 111, &[1], "the padding is [0, 0, 0, 0, 0, 0, 1]"),
    ("extension's padding", 119, &[3, b'a', b'b', b'c', 1], "the padding of type 0x44415441"),
    ("an empty name", 119, &[0], "the data file's name is empty"),
    ("not COPIED", 2048, &[0, 0, 0, 0, 0, 0, 2], "0x200 lacks the COPIED bit"),
    ("moved", 2054, &[2], "L2 entry for guest 0: offset 512 in the data file"),
    ("moved onto the first", 2056, &[0x80], "L2 entry for guest 512: offset 0 in the data"),
    ("past the disk", 2064, &[0x80, 0, 0, 0, 0, 0, 4], "is beyond the virtual size"),
    ("empty", 2048, &[0; 8], "empty L2 table"),
    ("bit gone, name left", 79, &[0], "a data file's name without its bit"),
    ("raw with a hole", 95, &[2], "1 of 2 guest clusters are mapped to a raw"),
];

const RAW_EXTERNAL: &[Mutation] = &[
    ("not mapped", 2056, &[0; 8], "1 of 2 guest clusters are mapped to a raw"),
    ("no L2 table", 1536, &[0; 8], "0 of 2 guest clusters are mapped to a raw"),
    ("backed", 14, &[0, 200, 0, 0, 0, 4], "a backing file with a raw data file"),
];

const BACKED: &[Mutation] = &[
    ("name within the extensions", 15, &[110], "backing_file_offset 110 is not between 128"),
    ("name outside", 14, &[2], "backing_file_offset 712 is not between"),
    ("name leaves the cluster", 18, &[3, 0], "backing_file_offset 200 is not between"),
    ("name of 1024 bytes", 18, &[4, 0], "backing_file_size is 1024, not 1 to 1023"),
    ("an empty name", 19, &[0], "backing_file_size is 0, not 1 to 1023"),
    ("a shorter name", 19, &[3], "byte 203 after the extensions is 0x65"),
];
