//! Memory that the host may fill and read. What lies outside of it is none of the host's arguments.

use alloc::vec::Vec;

use qcow2_stream_plugin_boundary::{Code, Failure};

/// The blocks that the host has allocated.
#[derive(Default)]
pub(crate) struct Blocks(Vec<Vec<u8>>);

impl Blocks {
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    /// A new block of zeros: its address.
    pub(crate) fn allocate(&mut self, length: u32) -> Result<u32, Failure> {
        // A block of no bytes would have no address of its own.
        let wanted = size(length.max(1));
        let no_memory = |_| Failure::memory(wanted);
        let mut block = Vec::new();
        block.try_reserve_exact(wanted).map_err(no_memory)?;
        block.resize(wanted, 0);
        self.0.try_reserve(1).map_err(no_memory)?;
        let address = address(&block);
        self.0.push(block);
        Ok(address)
    }

    pub(crate) fn free(&mut self, at: u32) -> Result<(), Failure> {
        let found = self.0.iter().position(|block| address(block) == at);
        let index = found.ok_or_else(|| {
            Failure::new(Code::Argument, format_args!("argument: no block begins at {at}"))
        })?;
        self.0.swap_remove(index);
        Ok(())
    }

    /// The bytes at an address, which lie in one block.
    pub(crate) fn bytes(&mut self, at: u32, length: u32) -> Result<&mut [u8], Failure> {
        let within = |block: &mut Vec<u8>| -> Option<(usize, usize)> {
            let start = size(at.checked_sub(address(block))?);
            let end = start.checked_add(size(length))?;
            (end <= block.len()).then_some((start, end))
        };
        let bytes = self.0.iter_mut().find_map(|block| {
            let (start, end) = within(block)?;
            block.get_mut(start..end)
        });
        bytes.ok_or_else(|| {
            let said = format_args!("argument: {length} bytes at {at} lie in no block of alloc");
            Failure::new(Code::Argument, said)
        })
    }
}

fn address(block: &[u8]) -> u32 {
    // Lossless: an address has 32 bits.
    u32::try_from(block.as_ptr().addr()).unwrap_or(u32::MAX)
}

/// Lossless, too.
fn size(length: u32) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}
