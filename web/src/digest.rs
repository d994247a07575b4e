//! SHA-256.

use sha2::{Digest, Sha256};

/// The digest of all parts, in hex. Its length stands before each, so that no byte can move from one to the next.
pub(crate) fn of<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_string());
        hash.update(":");
        hash.update(part);
    }
    hex(&hash.finalize())
}

/// The digest of one file, in hex, as browsers compute it.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_that_of_the_parts_with_their_lengths() {
        // printf '2:ab1:c' | sha256sum
        let wanted = "430fb1b4ac43316eca81fab27a1930ab8eff8fef6a1dc7903dce44bbc2790dc5";
        assert_eq!(of([b"ab".as_slice(), b"c"]), wanted);
    }

    #[test]
    fn that_of_a_file_is_its_sha256() {
        // printf abc | sha256sum
        let wanted = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(b"abc"), wanted);
    }

    #[test]
    fn a_byte_that_moves_to_another_part_changes_it() {
        assert_ne!(of([b"ab".as_slice(), b"c"]), of([b"a".as_slice(), b"bc"]));
    }
}
