//! The header extensions and what follows them in the first cluster.

use super::bytes::{be32, first_nonzero};
use super::error::{Error, ensure};
use super::features::{FeatureName, parse_names};
use super::header::Header;

const END: u32 = 0;
const BACKING_FORMAT: u32 = 0xe279_2aca;
const FEATURE_NAMES: u32 = 0x6803_f857;
const DATA_FILE_NAME: u32 = 0x4441_5441;

/// What the first cluster says after the header's fixed part.
#[derive(Clone, Debug, Default)]
pub struct Extensions {
    /// The feature name table's entries, if there is such a table.
    pub feature_names: Vec<FeatureName>,
    /// The name of the file with the data.
    pub data_file_name: Option<Vec<u8>>,
    /// The name of the backing file's format.
    pub backing_format: Option<Vec<u8>>,
    /// The backing file's name, which follows the extensions.
    pub backing_file: Option<Vec<u8>>,
}

impl Extensions {
    /// Reads everything after the header in `cluster`, the file's first one.
    pub(crate) fn parse(header: &Header, cluster: &[u8]) -> Result<Self, Error> {
        let mut found = Self::default();
        let mut seen = Vec::new();
        let mut at = header.length as usize;
        loop {
            let (kind, data, next) = extension_at(cluster, at)?;
            if kind == END {
                ensure!(data.is_empty(), "extension at {at}: the end has {} bytes", data.len());
                found.check_rest(header, cluster, next)?;
                return Ok(found);
            }
            ensure!(!seen.contains(&kind), "extension at {at}: type {kind:#x} is there twice");
            seen.push(kind);
            found.take(header, kind, data, at)?;
            at = next;
        }
    }

    fn take(&mut self, header: &Header, kind: u32, data: &[u8], at: usize) -> Result<(), Error> {
        match kind {
            FEATURE_NAMES => self.feature_names = parse_names(data, at)?,
            DATA_FILE_NAME => {
                ensure!(header.data_file, "extension at {at}: a data file's name without its bit");
                ensure!(!data.is_empty(), "extension at {at}: the data file's name is empty");
                self.data_file_name = Some(data.to_vec());
            }
            BACKING_FORMAT => {
                let backed = header.backing_offset != 0;
                ensure!(backed, "extension at {at}: a backing format without a backing file");
                self.backing_format = Some(data.to_vec());
            }
            _ => ensure!(false, "extension at {at}: type {kind:#x} is not expected"),
        }
        Ok(())
    }

    /// Past the extensions, only a backing file's name may be other than zero.
    fn check_rest(&mut self, header: &Header, cluster: &[u8], end: usize) -> Result<(), Error> {
        let mut rest = cluster[end..].to_vec();
        let (offset, length) = (header.backing_offset, header.backing_length);
        if offset == 0 {
            ensure!(length == 0, "header: backing_file_size is {length} without an offset");
        } else {
            let name = backing_name(header, &mut rest, end)?;
            self.backing_file = Some(name.to_vec());
            name.fill(0);
        }
        if let Some(at) = first_nonzero(&rest) {
            let (at, byte) = (end + at, rest[at]);
            ensure!(false, "first cluster: byte {at} after the extensions is {byte:#x}");
        }
        Ok(())
    }
}

/// The backing file's name within `rest`, the first cluster from `end` on.
fn backing_name<'a>(
    header: &Header,
    rest: &'a mut [u8],
    end: usize,
) -> Result<&'a mut [u8], Error> {
    let (offset, length) = (header.backing_offset, header.backing_length);
    ensure!(!header.data_file_raw, "header: a backing file with a raw data file");
    ensure!((1..=1023).contains(&length), "header: backing_file_size is {length}, not 1 to 1023");
    let start = usize::try_from(offset).ok().and_then(|at| at.checked_sub(end));
    start
        .and_then(|start| rest.get_mut(start..start.checked_add(length as usize)?))
        .ok_or_else(|| {
            Error::new(format!(
                "header: backing_file_offset {offset} is not between {end} and the first cluster's end"
            ))
        })
}

/// The type, the data, and the end with its padding, of the extension at `at`.
fn extension_at(cluster: &[u8], at: usize) -> Result<(u32, &[u8], usize), Error> {
    let start = at + 8;
    ensure!(start <= cluster.len(), "extension at {at}: no end marker within the first cluster");
    let (kind, length) = (be32(cluster, at), be32(cluster, at + 4) as usize);
    let end = start + length;
    let next = end.next_multiple_of(8);
    ensure!(
        next <= cluster.len(),
        "extension at {at}: type {kind:#x} with {length} bytes leaves the first cluster"
    );
    let padding = &cluster[end..next];
    let zero = first_nonzero(padding).is_none();
    ensure!(zero, "extension at {at}: the padding of type {kind:#x} is {padding:?}");
    Ok((kind, &cluster[start..end], next))
}
