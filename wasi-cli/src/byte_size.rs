//! Sizes as people write them.

/// Parses a number of bytes: `65536`, `64K`, `2M`, `1GiB`. A unit is a power of 1024.
pub(crate) fn parse(text: &str) -> Result<u64, String> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let shift = shift_of(unit).filter(|_| digits > 0);
    let shift = shift.ok_or("must be a number of bytes, as in 65536, 64K or 2M")?;
    let number = number.parse::<u64>().ok();
    let bytes = number.and_then(|number| number.checked_mul(1 << shift));
    bytes.ok_or_else(|| format!("more than {} bytes", u64::MAX))
}

/// What a unit multiplies by, as a power of two.
fn shift_of(unit: &str) -> Option<u32> {
    let unit = unit.to_ascii_lowercase();
    if unit.is_empty() {
        return Some(0);
    }
    let letter = unit.strip_suffix("ib").unwrap_or(&unit);
    let units = ["k", "m", "g", "t", "p", "e"];
    (10..).step_by(10).zip(units).find(|(_, name)| *name == letter).map(|(shift, _)| shift)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn numbers_and_units_are_understood() {
        for (text, bytes) in [
            ("0", 0),
            ("512", 512),
            ("64K", 65_536),
            ("64k", 65_536),
            ("2M", 2 << 20),
            ("2MiB", 2 << 20),
            ("15E", 15 << 60),
            ("18446744073709551615", u64::MAX),
        ] {
            assert_eq!(parse(text), Ok(bytes), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "K",
            "-1",
            "+1",
            "1.5K",
            "64 K",
            "64KB",
            "64X",
            "0x10",
            "ib",
            "1ib",
            "16E",
            "99999999999999999999",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
