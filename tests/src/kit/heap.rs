//! How much memory a piece of work takes at most.
//!
//! A test binary says `#[global_allocator] static HEAP: CountingHeap = CountingHeap;` to have the
//! numbers. They are kept for each thread by itself, so that tests do not disturb each other.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    // Made without allocating and never dropped, so that the allocator itself can use them.
    static NOW: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

/// The system's allocator, counting.
#[derive(Clone, Copy, Debug)]
pub struct CountingHeap;

// SAFETY: every call goes to the system's allocator with the caller's arguments, and its answer
// goes back unchanged; counting neither allocates nor panics.
unsafe impl GlobalAlloc for CountingHeap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: the caller keeps to the contract of this very call.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: the caller keeps to the contract of this very call.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(0, layout.size());
        // SAFETY: the caller keeps to the contract of this very call.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // A large block is remapped, not copied, so the old and the new one do not add up.
        count(size, layout.size());
        // SAFETY: the caller keeps to the contract of this very call.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// Notes that this thread took and gave back bytes.
fn count(taken: usize, given_back: usize) {
    // A block may be freed by another thread than took it, so a count may fall below zero. A
    // thread that is ending has no count any more.
    let change = (taken as isize).wrapping_sub(given_back as isize);
    let _ = NOW.try_with(|now| {
        now.set(now.get().wrapping_add(change));
        PEAK.try_with(|peak| peak.set(peak.get().max(now.get())))
    });
}

/// Does the work, and returns its result and the bytes that it held at most at any time beyond
/// those that this thread held before.
///
/// # Panics
///
/// If [`CountingHeap`] is not the binary's allocator, for then the number would always be 0.
pub fn peak_of<T>(work: impl FnOnce() -> T) -> (T, u64) {
    assert!(counts(), "CountingHeap is not this binary's allocator");
    let before = NOW.get();
    PEAK.set(before);
    let result = work();
    let peak = PEAK.get() - before;
    (result, peak as u64)
}

/// Whether an allocation is seen.
fn counts() -> bool {
    let before = NOW.get();
    let block = std::hint::black_box(Box::new([0_u8; 64]));
    let seen = NOW.get() > before;
    drop(block);
    seen
}
