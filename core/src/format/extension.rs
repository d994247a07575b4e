//! Header extensions ("Header extensions" in the specification).

use alloc::vec::Vec;

/// The type and length that stand before the data of an extension, in bytes.
const PREFIX: usize = 8;

/// The end of the header extension area: type 0, length 0.
pub(crate) const END: [u8; PREFIX] = [0; PREFIX];

/// A header extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extension<'a> {
    /// The name of the external data file.
    DataFileName(&'a str),
    /// Names for the feature bits, for readers that do not know them.
    FeatureNameTable,
}

impl Extension<'_> {
    /// The header extension type.
    const fn magic(self) -> u32 {
        match self {
            Self::DataFileName(_) => 0x4441_5441,
            Self::FeatureNameTable => 0x6803_f857,
        }
    }

    /// The bytes that it takes in the header, padding included.
    pub(crate) const fn length(self) -> usize {
        let data = match self {
            Self::DataFileName(name) => name.len(),
            Self::FeatureNameTable => FEATURES.len().saturating_mul(FEATURE_LENGTH),
        };
        data.div_ceil(8).saturating_mul(8).saturating_add(PREFIX)
    }

    /// Appends the extension to a header.
    pub(crate) fn append_to(self, header: &mut Vec<u8>) {
        match self {
            Self::DataFileName(name) => append(self.magic(), name.as_bytes(), header),
            Self::FeatureNameTable => {
                let table: Vec<u8> = FEATURES.iter().flat_map(Feature::encode).collect();
                append(self.magic(), &table, header);
            }
        }
    }
}

fn append(magic: u32, data: &[u8], header: &mut Vec<u8>) {
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    header.extend(magic.to_be_bytes());
    header.extend(length.to_be_bytes());
    header.extend(data);
    header.resize(header.len().next_multiple_of(8), 0);
}

/// An entry of the feature name table.
struct Feature {
    kind: u8,
    bit: u8,
    name: &'static str,
}

/// The length of an entry in bytes: kind, bit, and 46 bytes for the name.
const FEATURE_LENGTH: usize = 48;

const INCOMPATIBLE: u8 = 0;
const COMPATIBLE: u8 = 1;
const AUTOCLEAR: u8 = 2;

/// All features that the specification defines, under the names that QEMU gives them.
const FEATURES: [Feature; 8] = [
    Feature { kind: INCOMPATIBLE, bit: 0, name: "dirty bit" },
    Feature { kind: INCOMPATIBLE, bit: 1, name: "corrupt bit" },
    Feature { kind: INCOMPATIBLE, bit: 2, name: "external data file" },
    Feature { kind: INCOMPATIBLE, bit: 3, name: "compression type" },
    Feature { kind: INCOMPATIBLE, bit: 4, name: "extended L2 entries" },
    Feature { kind: COMPATIBLE, bit: 0, name: "lazy refcounts" },
    Feature { kind: AUTOCLEAR, bit: 0, name: "bitmaps" },
    Feature { kind: AUTOCLEAR, bit: 1, name: "raw external data" },
];

impl Feature {
    fn encode(&self) -> [u8; FEATURE_LENGTH] {
        let mut entry = [0; FEATURE_LENGTH];
        let bytes = [self.kind, self.bit].into_iter().chain(self.name.bytes());
        for (to, from) in entry.iter_mut().zip(bytes) {
            *to = from;
        }
        entry
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;

    #[test]
    fn a_name_is_padded_to_eight_bytes() {
        let mut header = vec![];
        Extension::DataFileName("disk.raw").append_to(&mut header);
        assert_eq!(header, b"DATA\0\0\0\x08disk.raw");
        Extension::DataFileName("d").append_to(&mut header);
        assert_eq!(header[16..], *b"DATA\0\0\0\x01d\0\0\0\0\0\0\0");
    }

    #[test]
    fn the_feature_name_table_is_as_qemu_writes_it() {
        let mut header = vec![];
        Extension::FeatureNameTable.append_to(&mut header);
        assert_eq!(header[..8], [0x68, 0x03, 0xf8, 0x57, 0, 0, 1, 0x80]);
        assert_eq!(header[8..20], *b"\0\0dirty bit\0");
        assert_eq!(header[8 + 7 * 48..8 + 7 * 48 + 20], *b"\x02\x01raw external data\0");
        assert_eq!(header.len(), 8 + 8 * 48);
    }

    #[test]
    fn the_length_is_known_before_the_bytes() {
        for extension in [
            Extension::FeatureNameTable,
            Extension::DataFileName(""),
            Extension::DataFileName("1234567"),
            Extension::DataFileName("12345678"),
            Extension::DataFileName("123456789"),
        ] {
            let mut header = vec![];
            extension.append_to(&mut header);
            assert_eq!(header.len(), extension.length());
        }
    }
}
