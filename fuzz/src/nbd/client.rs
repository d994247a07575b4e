//! Whoever uses the client: reads here and there, asks for data, passes bytes on, and converts.

use std::cell::RefCell;
use std::io::{Read, Write};
use std::ops::Range;
use std::rc::Rc;

use arbitrary::Unstructured;
use qcow2_stream::{ClusterSize, Options, ReadAt};
use qcow2_stream_nbd::{Client, Error, Onward};
use qcow2_stream_tests::kit::go_on;

use super::disk::Disk;
use super::{Said, check};
use crate::choice::{flag, once_in, skewed, within};

/// The longest disk that is converted, in bytes.
const CONVERTED: u64 = 256 << 10;

/// A client, and what it must bring.
pub(super) struct User<'a, 'b, T: Read + Write> {
    client: Client<T>,
    disk: Disk,
    said: &'a Rc<RefCell<Said>>,
    u: Unstructured<'b>,
    /// Where the last read ended.
    position: u64,
}

impl<'a, 'b, T: Read + Write> User<'a, 'b, T> {
    pub(super) fn new(
        client: Client<T>,
        disk: Disk,
        said: &'a Rc<RefCell<Said>>,
        u: Unstructured<'b>,
    ) -> Self {
        Self { client, disk, said, u, position: 0 }
    }

    pub(super) fn use_up(mut self) {
        let size = self.client.size().expect("it is known");
        if !self.said.borrow().is_faulty {
            assert_eq!(size, self.disk.size);
        }
        // A server that was misunderstood may have another size.
        self.disk.size = size;
        for _ in 0..32 {
            let done = self.act();
            if let Err(error) = &done {
                check(error, self.said);
                let again = self.client.read_at(0, &mut [0]);
                assert!(size == 0 || matches!(again, Err(Error::Broken(_))), "{again:?}");
                return;
            }
        }
    }

    fn act(&mut self) -> Result<(), Error> {
        let offset = match within(&mut self.u, 0..=2) {
            0 => self.position,
            1 => within(&mut self.u, 0..=self.disk.size),
            _ => self.position.saturating_add(skewed(&mut self.u, 20)).min(self.disk.size),
        };
        match within(&mut self.u, 0..=8) {
            0..=2 => self.read(offset),
            3 => self.find(offset),
            4 => self.probe(offset),
            5..=7 => self.pass(offset),
            _ => self.convert(),
        }
    }

    fn read(&mut self, offset: u64) -> Result<(), Error> {
        let mut buffer = vec![0xee; 1 + skewed(&mut self.u, 16) as usize];
        let read = self.client.read_at(offset, &mut buffer)?;
        assert!(read > 0 || offset >= self.disk.size, "nothing at {offset}");
        self.check_bytes(offset, &buffer[..read]);
        assert!(buffer[read..].iter().all(|byte| *byte == 0xee), "a byte too many");
        self.position = offset + read as u64;
        Ok(())
    }

    fn find(&mut self, offset: u64) -> Result<(), Error> {
        let data = self.client.next_data(offset)?;
        let start = data.as_ref().map_or(self.disk.size, |data| data.start);
        if let Some(data) = data {
            assert!(data.start >= offset && data.end <= self.disk.size && !data.is_empty());
        }
        for at in [offset, offset + (start - offset) / 2, start.saturating_sub(1)] {
            if (offset..start).contains(&at) {
                self.check_bytes(at, &[0]);
            }
        }
        self.position = start;
        Ok(())
    }

    /// Looks at fronts of clusters, from one on.
    fn probe(&mut self, offset: u64) -> Result<(), Error> {
        let stride = 1 << within(&mut self.u, 12..=21);
        let mut buffer = [0xee; 4096];
        let mut at = offset.next_multiple_of(stride);
        for _ in 0..within(&mut self.u, 0..=16) {
            if at >= self.disk.size {
                break;
            }
            let read = self.client.read_cached_at(at, stride, &mut buffer)?;
            self.check_bytes(at, &buffer[..read]);
            self.position = at;
            at += stride;
        }
        Ok(())
    }

    fn pass(&mut self, offset: u64) -> Result<(), Error> {
        let end = offset.saturating_add(skewed(&mut self.u, 17));
        let mut taker = Taker { bytes: Vec::new(), u: &mut self.u };
        let passed = self.client.pass_on(offset..end, &mut taker)?;
        let bytes = taker.bytes;
        assert_eq!(bytes.len() as u64, passed, "another number than was passed on");
        assert!(offset + passed <= end, "{passed} bytes from {offset} on, beyond {end}");
        self.check_bytes(offset, &bytes);
        self.position = offset + passed;
        Ok(())
    }

    /// Converts the disk, and compares it with one in memory.
    fn convert(&mut self) -> Result<(), Error> {
        if self.disk.size > CONVERTED {
            return Ok(());
        }
        let cluster_size =
            ClusterSize::new(1 << within(&mut self.u, 9..=18)).expect("a power of two");
        let options = Options { cluster_size, ..Options::default() };
        let mut buffer = vec![0; 1024 + skewed(&mut self.u, 17) as usize];
        let mut image = Vec::new();
        let done =
            qcow2_stream::convert(&mut self.client, &mut image, &options, &mut buffer, go_on);
        match done {
            Err(qcow2_stream::Error::Source { error, .. }) => return Err(error),
            done => drop(done.expect("only the source can fail")),
        }
        if !self.said.borrow().is_faulty {
            let disk = self.disk.bytes(0, self.disk.size);
            let mut expected = Vec::new();
            qcow2_stream::convert(&mut &disk[..], &mut expected, &options, &mut buffer, go_on)
                .expect("nothing fails here");
            assert!(image == expected, "another image");
        }
        Ok(())
    }

    /// Each byte is the disk's, or a zero that the server told of.
    fn check_bytes(&self, offset: u64, bytes: &[u8]) {
        let said = self.said.borrow();
        if said.is_garbled {
            return;
        }
        assert!(bytes.is_empty() || offset + bytes.len() as u64 <= self.disk.size);
        let expected = self.disk.bytes(offset, bytes.len() as u64);
        if bytes == expected {
            return;
        }
        let is_told = |at: u64| said.zeros.iter().any(|zeros: &Range<u64>| zeros.contains(&at));
        for ((byte, right), at) in bytes.iter().zip(expected).zip(offset..) {
            assert!(*byte == right || *byte == 0 && is_told(at), "the byte {byte:#x} at {at}");
        }
    }
}

/// Takes some of what is passed on.
struct Taker<'a, 'b> {
    bytes: Vec<u8>,
    u: &'a mut Unstructured<'b>,
}

impl<T: Read> Onward<T> for Taker<'_, '_> {
    fn is_ready(&mut self, _: &mut T) -> bool {
        !once_in(self.u, 8)
    }

    fn take_from(&mut self, transport: &mut T, most: usize) -> usize {
        let mut buffer = vec![0; self.share(most)];
        if buffer.is_empty() {
            return 0;
        }
        let taken = transport.read(&mut buffer).unwrap_or(0);
        self.bytes.extend_from_slice(&buffer[..taken]);
        taken
    }

    fn take(&mut self, bytes: &[u8]) -> usize {
        let share = self.share(bytes.len());
        self.bytes.extend_from_slice(&bytes[..share]);
        share
    }
}

impl Taker<'_, '_> {
    fn share(&mut self, most: usize) -> usize {
        if flag(self.u) { most.min(skewed(self.u, 17) as usize) } else { most }
    }
}
