//! See the library's module of the same name.
#![no_main]

use qcow2_stream_tests::kit::heap::CountingHeap;

#[global_allocator]
static HEAP: CountingHeap = CountingHeap;

libfuzzer_sys::fuzz_target!(|data: &[u8]| qcow2_stream_fuzz::nbd::run(data));
