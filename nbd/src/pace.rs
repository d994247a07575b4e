//! Whether it pays to look at the fronts of clusters, or to read everything: measured, not guessed.
//!
//! A small read costs a server next to nothing, or as much as a large one: it may have to decompress a whole
//! cluster for it. So a stretch of large reads is timed, then one of probes, and the better way goes on. What a
//! trial may lose is bounded by the time that has gone by, so that it never costs more than a few percent.

use std::time::{Duration, Instant};

/// Clusters of a stretch of probes.
const CLUSTERS: u64 = 256;

/// What a trial may lose in any case: a few round trips over a local socket.
const PATIENCE: Duration = Duration::from_millis(2);

/// After that many times as long as the last stretch of large reads took, another one is due.
const LOOK_AGAIN: u32 = 64;

/// As much time must go by after a trial for each time that it has lost.
const PENANCE: u32 = 20;

/// Bytes read without a probe in between that show that the caller makes none any more.
const UNPROBED: u64 = 4 << 20;

/// A stretch of the disk, and how long it took.
#[derive(Clone, Copy, Debug, Default)]
struct Stretch {
    time: Duration,
    bytes: u64,
}

impl Stretch {
    /// How long `bytes` take at this rate.
    fn time_for(self, bytes: u64) -> Duration {
        let product = self.time.as_nanos().saturating_mul(bytes.into());
        let nanos = product.checked_div(self.bytes.into()).unwrap_or(0);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Large,
    Probes,
}

/// The choice between large reads and probes.
#[derive(Debug)]
pub(crate) struct Pace {
    /// Bytes of a stretch of large reads, at least.
    measured: u64,
    way: Way,
    /// When the present stretch began, and what it has decided of the disk, in bytes.
    began: Option<Instant>,
    bytes: u64,
    /// Of these, the bytes that probes alone have decided.
    spared: u64,
    /// The last whole stretch of large reads.
    large: Stretch,
    /// How long the present stretch of large reads is to last, at least.
    least: Duration,
    /// How long probing has gone on, in whole stretches.
    probed: Duration,
    /// Bytes read since the caller asked for a front.
    unprobed: u64,
    /// Whether there are to be no probes any more.
    given_up: bool,
}

impl Pace {
    /// Has large reads timed over stretches of so many bytes. They should be several times what is under way.
    pub(crate) fn new(measured: u64) -> Self {
        Self {
            measured,
            way: Way::Large,
            began: None,
            bytes: 0,
            spared: 0,
            large: Stretch::default(),
            least: Duration::ZERO,
            probed: Duration::ZERO,
            unprobed: 0,
            given_up: false,
        }
    }

    /// Decides whether the front that the caller asks for at `now` is to be probed. Fronts are `stride` bytes apart.
    pub(crate) fn probes(&mut self, now: Instant, stride: u64) -> bool {
        self.unprobed = 0;
        if self.given_up {
            return false;
        }
        let began = *self.began.get_or_insert(now);
        let stretch = Stretch { time: now.saturating_duration_since(began), bytes: self.bytes };
        match self.way {
            Way::Large => self.judge_large(stretch, now),
            Way::Probes => self.judge_probes(stretch, stride, now),
        }
        self.way == Way::Probes
    }

    /// Notes that a probe has decided so many bytes of the disk.
    pub(crate) fn spared(&mut self, bytes: u64) {
        self.bytes = self.bytes.saturating_add(bytes);
        self.spared = self.spared.saturating_add(bytes);
    }

    /// Notes that so many bytes were read.
    pub(crate) fn read(&mut self, bytes: u64) {
        self.bytes = self.bytes.saturating_add(bytes);
        self.unprobed = self.unprobed.saturating_add(bytes);
    }

    /// Whether the caller is best served by reading on behind what it asks for.
    pub(crate) fn reads_ahead(&self) -> bool {
        self.way == Way::Large || self.is_left()
    }

    /// Whether the caller asks for fronts no more.
    pub(crate) fn is_left(&self) -> bool {
        self.unprobed > UNPROBED
    }

    /// Has no more probes made.
    pub(crate) fn give_up(&mut self) {
        self.given_up = true;
        self.way = Way::Large;
    }

    fn judge_large(&mut self, stretch: Stretch, now: Instant) {
        if stretch.bytes >= self.measured && stretch.time >= self.least {
            self.large = stretch;
            self.probed = Duration::ZERO;
            self.begin(Way::Probes, now);
        }
    }

    fn judge_probes(&mut self, stretch: Stretch, stride: u64, now: Instant) {
        let lost = stretch.time.saturating_sub(self.large.time_for(stretch.bytes));
        let whole = stretch.bytes >= stride.saturating_mul(CLUSTERS);
        // Where most is read all the same, probes only come on top of that, whatever the clock says.
        let in_vain = whole && self.spared < stretch.bytes / 2;
        let patience = PATIENCE.max(self.large.time.checked_div(4).unwrap_or_default());
        // The first stretch has yet to get under way.
        if in_vain {
            self.least = stretch.time.saturating_mul(PENANCE);
            self.begin(Way::Large, now);
        } else if lost > patience || whole && !lost.is_zero() && !self.probed.is_zero() {
            let penance = lost.saturating_mul(PENANCE);
            self.least = penance.max(self.large.time.saturating_mul(2));
            self.begin(Way::Large, now);
        } else if whole {
            self.probed = self.probed.saturating_add(stretch.time);
            let is_due = self.probed > self.large.time.saturating_mul(LOOK_AGAIN);
            self.least = Duration::ZERO;
            self.begin(if is_due { Way::Large } else { Way::Probes }, now);
        }
    }

    fn begin(&mut self, way: Way, now: Instant) {
        (self.way, self.began) = (way, Some(now));
        (self.bytes, self.spared) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRIDE: u64 = 64 * 1024;
    const MEASURED: u64 = 8 << 20;

    /// A scan that takes `large` for a large read of 16 clusters, and `probe` for the front of one, both in
    /// microseconds. How long it took, and how many probes there were.
    fn scan(clusters: u64, large: u64, probe: impl Fn(u64) -> u64) -> (Duration, u64) {
        let mut pace = Pace::new(MEASURED);
        let begin = Instant::now();
        let (mut now, mut probes, mut at) = (begin, 0, 0);
        while at < clusters {
            if pace.probes(now, STRIDE) {
                now += Duration::from_micros(probe(at));
                pace.spared(STRIDE);
                (at, probes) = (at + 1, probes + 1);
            } else {
                now += Duration::from_micros(large);
                pace.read(16 * STRIDE);
                at += 16;
            }
        }
        (now - begin, probes)
    }

    #[test]
    fn probes_that_are_cheap_are_made_nearly_everywhere() {
        let (_, probes) = scan(100_000, 600, |_| 9);
        assert!(probes > 90_000, "{probes}");
    }

    #[test]
    fn probes_that_cost_more_hardly_cost_anything() {
        // As much as a large read, a little more than its share, and over a network.
        for (large, probe) in [(600, 600), (600, 45), (600, 5000), (100_000, 20_000)] {
            let (time, probes) = scan(100_000, large, |_| probe);
            let without = Duration::from_micros(100_000 / 16 * large);
            assert!(time < without.mul_f64(1.1), "{large} {probe}: {time:?}, not {without:?}");
            assert!(probes > 0);
        }
    }

    #[test]
    fn a_disk_that_changes_its_ways_is_followed() {
        let (_, probes) = scan(200_000, 600, |at| if at < 100_000 { 5000 } else { 9 });
        assert!(probes > 50_000, "{probes}");
        let (_, probes) = scan(200_000, 600, |at| if at < 100_000 { 9 } else { 5000 });
        assert!((90_000..101_000).contains(&probes), "{probes}");
    }

    #[test]
    fn probes_that_spare_nothing_end_though_the_clock_speaks_for_them() {
        let mut pace = Pace::new(MEASURED);
        let mut now = Instant::now();
        let mut probes = 0;
        for at in 0..10_000 {
            probes += u32::from(pace.probes(now, STRIDE));
            // The first stretch of large reads was slow by chance.
            now += Duration::from_micros(if at < 8 { 5000 } else { 600 });
            pace.read(16 * STRIDE);
        }
        assert!((16..1000).contains(&probes), "{probes}");
    }

    #[test]
    fn a_caller_who_asks_for_no_fronts_is_read_ahead_for() {
        let mut pace = Pace::new(MEASURED);
        let now = Instant::now();
        assert!(!pace.probes(now, STRIDE) && pace.reads_ahead());
        pace.read(MEASURED);
        assert!(pace.probes(now, STRIDE) && !pace.reads_ahead());
        pace.read(UNPROBED + 1);
        assert!(pace.reads_ahead() && pace.is_left());
        assert!(pace.probes(now, STRIDE) && !pace.reads_ahead());
        pace.give_up();
        assert!(!pace.probes(now, STRIDE) && pace.reads_ahead());
    }
}
