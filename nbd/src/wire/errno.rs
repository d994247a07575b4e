//! Error numbers: the protocol has its own, whatever the systems at both ends are.

/// What an error number means.
pub(crate) fn in_words(number: u32) -> String {
    let known = match number {
        1 => "operation not permitted (EPERM)",
        5 => "input/output error (EIO)",
        12 => "out of memory (ENOMEM)",
        22 => "invalid argument (EINVAL)",
        28 => "no space left (ENOSPC)",
        75 => "value too large (EOVERFLOW)",
        95 => "operation not supported (ENOTSUP)",
        108 => "the server is shutting down (ESHUTDOWN)",
        _ => return format!("error {number}"),
    };
    known.to_owned()
}

#[cfg(test)]
mod tests {
    use super::in_words;

    #[test]
    fn any_number_has_words() {
        assert_eq!(in_words(5), "input/output error (EIO)");
        assert_eq!(in_words(7), "error 7");
    }
}
