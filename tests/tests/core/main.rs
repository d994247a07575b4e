//! The library as its users see it: whole conversions, good and bad.

mod hostile;
mod limits;
mod plain_data;
mod progress;
mod ranges;
mod round_trip;
mod vectors;

/// How the property tests run. `PROPTEST_CASES` and the like change it; a failure prints its
/// input, which belongs into a test of its own, so no file of failures is kept.
fn properties() -> proptest::test_runner::Config {
    proptest::test_runner::Config { failure_persistence: None, ..Default::default() }
}
