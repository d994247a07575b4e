//! The header, version 3 ("Header" in the specification).

use alloc::vec::Vec;

use super::extension::{END, Extension};
use crate::address::HostOffset;
use crate::geometry::{ClusterSize, RefcountBits, VirtualSize};

/// The fields that this library writes: all of version 3, up to the padding behind `compression_type`.
const LENGTH: u32 = 112;

/// Incompatible feature bit 2: the guest clusters are in an external data file.
const EXTERNAL_DATA_FILE: u64 = 1 << 2;

/// Autoclear feature bit 1: the external data file is a consistent raw image by itself.
const RAW_EXTERNAL_DATA: u64 = 1 << 1;

/// What the header says. Fields that are not here are zero in every image that this library writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header<'a> {
    pub(crate) cluster_size: ClusterSize,
    pub(crate) refcount_bits: RefcountBits,
    pub(crate) virtual_size: VirtualSize,
    /// Entries of the L1 table.
    pub(crate) l1_size: u32,
    /// 0 if there is no L1 table.
    pub(crate) l1_table_offset: HostOffset,
    pub(crate) refcount_table_offset: HostOffset,
    pub(crate) refcount_table_clusters: u32,
    /// The name of the external data file, if there is one.
    pub(crate) data_file_name: Option<&'a str>,
    /// Whether the external data file is a raw image by itself.
    pub(crate) data_file_raw: bool,
}

impl Header<'_> {
    /// The header and its extensions, to be followed by zeros up to the end of the first cluster.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.append_fields(&mut bytes);
        bytes.resize(usize::try_from(LENGTH).unwrap_or_default(), 0);
        if let Some(name) = self.data_file_name {
            Extension::DataFileName(name).append_to(&mut bytes);
        }
        if has_room_for_feature_names(self.cluster_size, self.data_file_name) {
            Extension::FeatureNameTable.append_to(&mut bytes);
        }
        bytes.extend(END);
        bytes
    }

    /// The fields of version 3, each at the offset that the specification gives.
    fn append_fields(&self, bytes: &mut Vec<u8>) {
        let data_file = self.data_file_name.is_some();
        bytes.extend(b"QFI\xfb");
        bytes.extend(3_u32.to_be_bytes()); // 4: version
        bytes.extend([0; 8]); // 8: backing_file_offset
        bytes.extend([0; 4]); // 16: backing_file_size
        bytes.extend(self.cluster_size.bits().to_be_bytes()); // 20
        bytes.extend(self.virtual_size.bytes().to_be_bytes()); // 24
        bytes.extend([0; 4]); // 32: crypt_method
        bytes.extend(self.l1_size.to_be_bytes()); // 36
        bytes.extend(self.l1_table_offset.get().to_be_bytes()); // 40
        bytes.extend(self.refcount_table_offset.get().to_be_bytes()); // 48
        bytes.extend(self.refcount_table_clusters.to_be_bytes()); // 56
        bytes.extend([0; 4]); // 60: nb_snapshots
        bytes.extend([0; 8]); // 64: snapshots_offset
        bytes.extend(flag(data_file, EXTERNAL_DATA_FILE)); // 72: incompatible_features
        bytes.extend([0; 8]); // 80: compatible_features
        bytes.extend(flag(self.data_file_raw, RAW_EXTERNAL_DATA)); // 88: autoclear_features
        bytes.extend(self.refcount_bits.order().to_be_bytes()); // 96
        bytes.extend(LENGTH.to_be_bytes()); // 100: header_length
    }
}

/// A feature field with at most one bit set.
fn flag(set: bool, bit: u64) -> [u8; 8] {
    if set { bit.to_be_bytes() } else { [0; 8] }
}

/// The longest data file name, in bytes, that the header has room for, the feature names left out.
pub(crate) const fn data_file_name_limit(cluster_size: ClusterSize) -> u64 {
    let taken = Extension::DataFileName("").length().saturating_add(END.len());
    cluster_size.bytes().saturating_sub(length_with(taken))
}

/// Whether the feature name table fits beside the data file name.
fn has_room_for_feature_names(cluster_size: ClusterSize, data_file_name: Option<&str>) -> bool {
    let name = data_file_name.map_or(0, |name| Extension::DataFileName(name).length());
    let extensions = name.saturating_add(Extension::FeatureNameTable.length());
    length_with(extensions.saturating_add(END.len())) <= cluster_size.bytes()
}

/// The header's length with this many bytes of extensions.
#[allow(clippy::as_conversions)]
const fn length_with(extensions: usize) -> u64 {
    // Lossless: no target has a usize wider than u64. `From` is not const.
    let extensions = extensions as u64;
    (LENGTH as u64).saturating_add(extensions)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::String;

    fn header(cluster_size: u64, name: Option<&str>) -> Header<'_> {
        Header {
            cluster_size: ClusterSize::new(cluster_size).unwrap(),
            refcount_bits: RefcountBits::new(64).unwrap(),
            virtual_size: VirtualSize::of_source(0x0102_0304_0506_0800).unwrap(),
            l1_size: 0x1122_3344,
            l1_table_offset: HostOffset::new(0x0a0b_0c0d_0e0f_0000),
            refcount_table_offset: HostOffset::new(0x0021_2223_2425_2600),
            refcount_table_clusters: 0x3132_3334,
            data_file_name: name,
            data_file_raw: name.is_some(),
        }
    }

    #[test]
    fn every_field_is_where_the_specification_puts_it() {
        let bytes = header(512, None).encode();
        #[rustfmt::skip]
        let expected = [
            0x51, 0x46, 0x49, 0xfb,  0, 0, 0, 3, // magic, version
            0, 0, 0, 0, 0, 0, 0, 0,  0, 0, 0, 0, // backing file offset and size
            0, 0, 0, 9, // cluster_bits
            1, 2, 3, 4, 5, 6, 8, 0, // size
            0, 0, 0, 0, // crypt_method
            0x11, 0x22, 0x33, 0x44, // l1_size
            0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0, 0, // l1_table_offset
            0x00, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0, // refcount_table_offset
            0x31, 0x32, 0x33, 0x34, // refcount_table_clusters
            0, 0, 0, 0,  0, 0, 0, 0, 0, 0, 0, 0, // snapshots
            0, 0, 0, 0, 0, 0, 0, 0, // incompatible_features
            0, 0, 0, 0, 0, 0, 0, 0, // compatible_features
            0, 0, 0, 0, 0, 0, 0, 0, // autoclear_features
            0, 0, 0, 6,  0, 0, 0, 112, // refcount_order, header_length
            0, 0, 0, 0, 0, 0, 0, 0, // compression_type, padding
        ];
        assert_eq!(bytes[..112], expected);
        assert_eq!(bytes[112..116], [0x68, 0x03, 0xf8, 0x57]);
        assert_eq!(bytes[504..], [0; 8], "the end marker just fits into 512 bytes");
    }

    #[test]
    fn a_data_file_sets_its_bits_and_comes_before_the_feature_names() {
        let bytes = header(1024, Some("disk.raw")).encode();
        assert_eq!(bytes[72..80], [0, 0, 0, 0, 0, 0, 0, 4]);
        assert_eq!(bytes[88..96], [0, 0, 0, 0, 0, 0, 0, 2]);
        assert_eq!(bytes[112..128], *b"DATA\0\0\0\x08disk.raw");
        assert_eq!(bytes[128..132], [0x68, 0x03, 0xf8, 0x57]);
    }

    #[test]
    fn the_feature_names_give_way_to_a_long_data_file_name() {
        for (cluster_size, with_features) in [(512, None), (1024, Some(504))] {
            let limit = data_file_name_limit(ClusterSize::new(cluster_size).unwrap());
            for length in 1..=usize::try_from(limit).unwrap() {
                let name = String::from_iter(core::iter::repeat_n('n', length));
                let bytes = header(cluster_size, Some(&name)).encode();
                assert!(bytes.len() as u64 <= cluster_size);
                let features = bytes.windows(4).any(|window| window == [0x68, 0x03, 0xf8, 0x57]);
                assert_eq!(features, with_features.is_some_and(|most| length <= most), "{length}");
            }
        }
    }
}
