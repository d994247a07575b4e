//! A first look at a file, after which every write shows in its times.
//!
//! A file system tells times in steps, of milliseconds or of whole seconds. A write in the same step as the one before
//! leaves the times as they were. So nothing is read before the step of the last change is over.

use std::io;
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::fd::AsFd;

use crate::stamp::Stamp;
use crate::system::activity;
use crate::system::times::{self, Time};

/// The step of times that have fractions of a second: Linux's clock ticks at least every 10 ms, exFAT keeps that.
const FINE: Duration = Duration::from_millis(10);

/// The same on another machine: the clock of Windows ticks every 16 ms.
const FINE_ELSEWHERE: Duration = Duration::from_millis(20);

/// How far another machine's clock may be from ours, or that of a program that is a file system (FUSE).
const SKEW: Duration = Duration::from_secs(24 * 60 * 60);

/// How long times stay the same that are the time of day: the kernel keeps them for a second, and they are whole ones.
const MADE_UP: Duration = Duration::from_millis(2100);

/// How long to wait between two looks at times that may be made up.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Looks at a file that is about to be read, and waits until every later write will show.
pub(crate) fn first_look(file: impl AsFd) -> io::Result<Stamp> {
    activity::write_out(&file);
    let stamp = Stamp::of(&file)?;
    if stamp.is_clock() {
        return tell_clock(&file, stamp);
    }
    let is_ours = times::are_of_our_clock(&file);
    sleep(remaining(step(&stamp), stamp.last_change(), times::now(), is_ours));
    Ok(stamp)
}

/// Learns whether times that are the time of day go on with it. Those of a file that was just made stay.
fn tell_clock(file: impl AsFd, first: Stamp) -> io::Result<Stamp> {
    let begun = Instant::now();
    while begun.elapsed() < MADE_UP {
        sleep(LOOK_AGAIN);
        let later = Stamp::of(&file)?;
        if !later.has_times_of(&first) {
            // If it was written to instead, that shows against the first look.
            return Ok(first.with_clock(later.is_clock()));
        }
    }
    Ok(first.with_clock(false))
}

/// How far apart the times are that the file system tells one from another.
fn step(stamp: &Stamp) -> Duration {
    match stamp.last_change() {
        _ if !stamp.has_whole_seconds() => FINE,
        // FAT knows even seconds only.
        (second, _) if second % 2 == 0 => Duration::from_secs(2),
        _ => Duration::from_secs(1),
    }
}

/// How long the step of the last change may still go on.
fn remaining(step: Duration, last: Time, now: Time, is_ours: bool) -> Duration {
    let age = nanoseconds(now) - nanoseconds(last);
    if is_ours {
        // A time to come was set by hand, or by a clock that has been set back since.
        let age = u64::try_from(age).map_or(step, Duration::from_nanos);
        return step.saturating_sub(age);
    }
    if age.unsigned_abs() > SKEW.as_nanos() { Duration::ZERO } else { step.max(FINE_ELSEWHERE) }
}

fn nanoseconds((seconds, nanoseconds): Time) -> i128 {
    i128::from(seconds) * 1_000_000_000 + i128::from(nanoseconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLISECOND: Duration = Duration::from_millis(1);

    /// What remains of a step of a second that began `age` before, in milliseconds.
    fn of_a_second(age: i64, is_ours: bool) -> u128 {
        let (last, now) =
            ((100, 0), (100 + age.div_euclid(1000), age.rem_euclid(1000) * 1_000_000));
        remaining(Duration::from_secs(1), last, now, is_ours).as_millis()
    }

    #[test]
    fn the_rest_of_the_step_of_the_last_change_is_waited_for() {
        assert_eq!([0, 1, 999, 1000, 5000].map(|age| of_a_second(age, true)), [1000, 999, 1, 0, 0]);
    }

    #[test]
    fn times_to_come_are_not_waited_for() {
        assert_eq!([-1, -1000, -100_000].map(|age| of_a_second(age, true)), [0; 3]);
    }

    #[test]
    fn a_whole_step_is_waited_for_where_the_clock_is_another_s() {
        let day = 24 * 60 * 60 * 1000;
        let ages = [-day - 1, -day, -5000, 0, 999, 5000, day, day + 1];
        let waits = ages.map(|age| of_a_second(age, false));
        assert_eq!(waits, [0, 1000, 1000, 1000, 1000, 1000, 1000, 0]);
        assert_eq!(remaining(FINE, (1, 1), (1, 2), false), 20 * MILLISECOND);
    }

    #[test]
    fn a_time_of_any_size_is_no_overflow() {
        for last in [(i64::MIN, i64::MIN), (i64::MAX, i64::MAX)] {
            for is_ours in [false, true] {
                assert_eq!(remaining(FINE, last, (1 << 31, 0), is_ours), Duration::ZERO);
            }
        }
    }

    #[test]
    fn a_file_that_was_just_written_is_not_read_before_its_step_is_over() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let stamp = first_look(file.as_file()).expect("it is there");
        assert!(!stamp.is_clock());
        std::fs::write(file.path(), "x").expect("it can be written");
        std::fs::write(file.path(), "").expect("it can be written");
        let later = Stamp::of(file.as_file()).expect("it is there");
        assert!(stamp.compare(&later).is_some(), "the write left no trace");
    }
}
