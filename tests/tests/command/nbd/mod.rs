//! Exports of NBD servers as disks: real servers, well and ill.

mod faults;
mod passing;
mod servers;
mod uris;

use qcow2_stream_tests::command::Workplace;
use qcow2_stream_tests::corpus::{Fill, Input, Write};

use crate::FRONT_END;

/// A disk of 16 MiB with holes, zeros that are stored, and data that begins and ends anywhere.
fn place() -> Workplace {
    let writes = vec![
        Write::new(0, 100_000, Fill::Byte(1)),
        Write::new(1 << 20, 3_000_001, Fill::Byte(2)),
        Write::new(6 << 20, 1 << 20, Fill::Byte(0)),
        Write::new((9 << 20) + 12_345, 70_000, Fill::Byte(3)),
        Write::new((16 << 20) - 512, 512, Fill::Byte(4)),
    ];
    Workplace::with_disk(FRONT_END, &Input::new(16 << 20, writes))
}
