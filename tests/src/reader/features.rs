//! The feature name table.

use super::bytes::first_nonzero;
use super::error::{Error, ensure};

const ENTRY: usize = 48;

/// Which of the header's three bitmaps a feature's bit is in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum FeatureKind {
    /// A reader that doesn't know the bit must refuse the image.
    Incompatible,
    /// A reader may ignore the bit.
    Compatible,
    /// A writer that doesn't know the bit must clear it.
    Autoclear,
}

/// One entry of the feature name table.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FeatureName {
    /// The bitmap.
    pub kind: FeatureKind,
    /// The bit within it.
    pub bit: u8,
    /// The name, without the zeros that pad it.
    pub name: Vec<u8>,
}

/// Reads the table in `data`, which belongs to the extension at `at`.
pub(crate) fn parse_names(data: &[u8], at: usize) -> Result<Vec<FeatureName>, Error> {
    let length = data.len();
    let whole = length.is_multiple_of(ENTRY);
    ensure!(whole, "extension at {at}: the feature names take {length} bytes, not 48 each");
    let mut names: Vec<FeatureName> = Vec::new();
    for entry in data.chunks_exact(ENTRY) {
        let name = parse_name(entry, at)?;
        let twice = names.iter().any(|other| (other.kind, other.bit) == (name.kind, name.bit));
        ensure!(!twice, "extension at {at}: {:?} bit {} is named twice", name.kind, name.bit);
        names.push(name);
    }
    Ok(names)
}

fn parse_name(entry: &[u8], at: usize) -> Result<FeatureName, Error> {
    let kind = match entry[0] {
        0 => FeatureKind::Incompatible,
        1 => FeatureKind::Compatible,
        2 => FeatureKind::Autoclear,
        other => return Err(Error::new(format!("extension at {at}: feature type {other}"))),
    };
    let (bit, field) = (entry[1], &entry[2..]);
    ensure!(bit <= 63, "extension at {at}: feature bit {bit}, more than 63");
    let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    let (name, padding) = field.split_at(end);
    ensure!(!name.is_empty(), "extension at {at}: {kind:?} bit {bit} has an empty name");
    let padded = first_nonzero(padding).is_none();
    ensure!(padded, "extension at {at}: the name of {kind:?} bit {bit} is not padded with zeros");
    Ok(FeatureName { kind, bit, name: name.to_vec() })
}
