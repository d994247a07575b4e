//! vmdk as VMware's ESX writes it: a description, and an extent with tables. All counts are of sectors.

use std::iter;

/// A sector, in bytes.
const SECTOR: usize = 512;

/// A grain, in sectors.
const GRAIN: usize = 8;

/// The description of a disk of `size` bytes in one extent.
pub(crate) fn description(create: &str, kind: &str, size: usize) -> String {
    format!(
        "# Disk DescriptorFile\nversion=1\nCID=12345678\nparentCID=ffffffff\ncreateType=\"{create}\"\n\n\
         # Extent description\nRW {} {kind} \"extent\"\n\n# The Disk Data Base\n#DDB\n\n\
         ddb.adapterType = \"lsilogic\"\n",
        size / SECTOR
    )
}

/// The grains of a disk that aren't zeros, and the number of each; `None` for the others.
fn grains(disk: &[u8]) -> (Vec<Option<usize>>, Vec<u8>) {
    let (mut numbers, mut data) = (Vec::new(), Vec::new());
    for grain in disk.chunks(GRAIN * SECTOR) {
        let is_zero = grain.iter().all(|byte| *byte == 0);
        numbers.push((!is_zero).then_some(data.len() / (GRAIN * SECTOR)));
        if !is_zero {
            data.extend(grain);
        }
    }
    (numbers, data)
}

/// Bytes at sectors, zeros between them.
fn file<'a>(pieces: impl IntoIterator<Item = (usize, &'a [u8])>) -> Vec<u8> {
    let mut file = Vec::new();
    for (sector, bytes) in pieces {
        file.resize(sector * SECTOR, 0);
        file.extend(bytes);
    }
    file
}

fn small(number: usize) -> [u8; 4] {
    u32::try_from(number).expect("small").to_le_bytes()
}

/// A `COWD` file: one table of 4,096 grains.
pub(crate) fn cowd(disk: &[u8]) -> Vec<u8> {
    const DIRECTORY: usize = 4;
    const TABLE: usize = 5;
    const DATA: usize = TABLE + 32;
    let (numbers, data) = grains(disk);
    let header = [1, 3, disk.len() / SECTOR, GRAIN, DIRECTORY, 1, DATA].map(small).concat();
    let header = [b"COWD".to_vec(), header].concat();
    let entry = |number: Option<usize>| small(number.map_or(0, |number| DATA + number * GRAIN));
    let table = numbers.into_iter().map(entry).collect::<Vec<_>>().concat();
    file([(0, &header[..]), (DIRECTORY, &small(TABLE)), (TABLE, &table), (DATA, &data)])
}

/// A seSparse file: one table of 4,096 grains.
pub(crate) fn sesparse(disk: &[u8]) -> Vec<u8> {
    const VOLATILE: usize = 1;
    const DIRECTORY: usize = 2;
    const TABLE: usize = 3;
    const DATA: usize = TABLE + 64;
    let (numbers, data) = grains(disk);
    let wide = |numbers: Vec<u64>| numbers.into_iter().flat_map(u64::to_le_bytes).collect();
    let mut fields = vec![0_u64; 26];
    for (at, number) in [
        (0, 0xcafe_babe),
        (1, 0x2_0000_0001),
        (2, disk.len() as u64 / 512),
        (3, GRAIN as u64),
        (4, 64),
        (10, VOLATILE as u64),
        (11, 1),
        (16, DIRECTORY as u64),
        (17, 1),
        (18, TABLE as u64),
        (19, 64),
        (24, DATA as u64),
        (25, data.len() as u64 / 512),
    ] {
        fields[at] = number;
    }
    let header: Vec<u8> = wide(fields);
    let volatile: Vec<u8> = wide(vec![0xcafe_cafe]);
    let directory: Vec<u8> = wide(vec![0x1000_0000_0000_0000]);
    // A number's lowest twelve bits come above the others.
    let entry = |number: usize| (3 << 60) | (number as u64 & 0xfff) << 48 | number as u64 >> 12;
    let table = numbers.into_iter().map(|number| number.map_or(0, entry));
    let table: Vec<u8> = wide(table.chain(iter::repeat(0)).take(4096).collect());
    file([
        (0, &header[..]),
        (VOLATILE, &volatile),
        (DIRECTORY, &directory),
        (TABLE, &table),
        (DATA, &data),
    ])
}
