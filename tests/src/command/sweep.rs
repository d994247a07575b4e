//! The whole corpus, one disk after another.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::front_end::FrontEnd;
use super::workplace::Workplace;
use crate::corpus::{DataFile, Vector, corpus};

/// How many disks are under way at a time.
const THREADS: usize = 2;

/// Does a job with every vector, and returns how many there were.
///
/// Each disk is written once, into a folder of its own.
pub fn sweep(front_end: FrontEnd, job: impl Fn(&Workplace, &Vector) + Sync) -> usize {
    sweep_without(&[], front_end, job)
}

/// As [`sweep`], but without the inputs that have these names.
pub fn sweep_without(
    left_out: &[&str],
    front_end: FrontEnd,
    job: impl Fn(&Workplace, &Vector) + Sync,
) -> usize {
    let inputs = corpus().inputs.iter().filter(|(name, _)| !left_out.contains(&name.as_str()));
    let inputs = Mutex::new(inputs);
    let done = AtomicUsize::new(0);
    let work = || {
        loop {
            let Some((name, input)) = inputs.lock().expect("no thread failed").next() else {
                return;
            };
            let place = Workplace::with_disk(front_end, input);
            for vector in corpus().vectors.iter().filter(|vector| vector.input == *name) {
                job(&place, vector);
                done.fetch_add(1, Ordering::Relaxed);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(work);
        }
    });
    done.into_inner()
}

impl Vector {
    /// The arguments that ask for this image of `disk.raw`.
    pub fn args(&self) -> Vec<String> {
        let mut args = vec!["-c".to_owned(), self.cluster_size.to_string()];
        args.extend(["-r".to_owned(), self.refcount_bits.to_string()]);
        if let Some(DataFile { name, raw }) = &self.data_file {
            assert_eq!(name, Workplace::DISK, "the name comes from the command line");
            args.push(if *raw { "-R" } else { "-d" }.to_owned());
        }
        args.push(Workplace::DISK.to_owned());
        args
    }
}
