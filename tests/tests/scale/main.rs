//! What a conversion costs in memory, calls, and time, however large the disk is, and where everything is then.

mod extents;
mod formulas;
mod limits;
mod maps;
mod sparse;
mod unread;

use qcow2_stream_tests::kit::heap::CountingHeap;

#[global_allocator]
static HEAP: CountingHeap = CountingHeap;

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const PIB: u64 = 1 << 50;
const EIB: u64 = 1 << 60;
