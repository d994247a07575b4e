//! Calls of the module with any arguments.

use arbitrary::Unstructured;

use super::module::Module;
use crate::choice::{edge, flag, skewed, within};

/// What `Code::Argument` comes to.
const ARGUMENT: i32 = -11;

/// Bytes that a sink takes of each call: most calls are not about images.
const ROOM: usize = 128 << 10;

/// What the module is known to hold.
#[derive(Default)]
struct Held {
    /// Addresses and lengths of blocks.
    blocks: Vec<(u32, u32)>,
    plans: Vec<i32>,
}

/// Makes some calls. Whatever the arguments are, what others hold stays as it is.
pub(super) fn any(module: &mut Module, u: &mut Unstructured<'_>) {
    let canary: u32 = module.call("alloc", 64_u32);
    assert!(canary != 0, "there is memory");
    module.bytes_mut()[canary as usize..][..64].fill(0xa5);
    module.store.data_mut().host.room = ROOM;
    let mut held = Held::default();
    for _ in 0..24 {
        if u.is_empty() {
            break;
        }
        held.call(module, u, canary);
        module.store.data_mut().host.image.clear();
    }
    let kept = &module.bytes()[canary as usize..][..64];
    assert!(kept.iter().all(|byte| *byte == 0xa5), "a block that was not named was written to");
    assert_eq!(module.call::<_, i32>("free", canary), 0);
}

impl Held {
    fn call(&mut self, module: &mut Module, u: &mut Unstructured<'_>, canary: u32) {
        match within(u, 0..=7) {
            0 => self.alloc(module, u),
            1 => self.free(module, u, canary),
            2 => self.plan(module, u, canary),
            3 => {
                let plan = self.handle(u);
                let length: i64 = module.call("length", plan);
                assert_eq!(length >= 0, self.plans.contains(&plan));
                tell(module, length);
            }
            4 => {
                let (plan, at) = (self.handle(u), self.address(u, canary));
                let done: i32 = module.call("summary", (plan, at));
                let good = self.plans.contains(&plan) && self.holds(at, 56);
                assert_eq!(done, if good { 0 } else { ARGUMENT });
            }
            5 => {
                let plan = self.handle(u);
                let (start, end) = (edge(u, &[0]), edge(u, &[u64::MAX]));
                let done: i32 = module.call("run", (plan, 0_u32, start, end));
                assert!(self.plans.contains(&plan) && start <= end || done == ARGUMENT);
                tell(module, done.into());
            }
            6 => self.read_at(module, u, canary),
            _ => {
                let plan = self.handle(u);
                let done: i32 = module.call("release", plan);
                assert_eq!(done, if self.plans.contains(&plan) { 0 } else { ARGUMENT });
                self.plans.retain(|held| *held != plan);
            }
        }
    }

    fn alloc(&mut self, module: &mut Module, u: &mut Unstructured<'_>) {
        let length = skewed(u, 32) as u32;
        let at: u32 = module.call("alloc", length);
        if at == 0 {
            return;
        }
        let block = &module.bytes()[at as usize..][..length as usize];
        assert!(qcow2_stream::is_zero(block), "a block that is not zeros");
        let end = u64::from(at) + u64::from(length);
        let overlaps = |(other, size): &(u32, u32)| {
            u64::from(*other) < end && u64::from(at) < u64::from(*other) + u64::from(*size)
        };
        assert!(!self.blocks.iter().any(overlaps), "two blocks in one place");
        self.blocks.push((at, length));
    }

    fn free(&mut self, module: &mut Module, u: &mut Unstructured<'_>, canary: u32) {
        let at = self.address(u, canary);
        let done: i32 = module.call("free", at);
        let index = self.blocks.iter().position(|block| block.0 == at);
        assert_eq!(done == 0, index.is_some(), "the block at {at}");
        index.map(|index| self.blocks.swap_remove(index));
        tell(module, done.into());
    }

    fn plan(&mut self, module: &mut Module, u: &mut Unstructured<'_>, canary: u32) {
        let cluster_size = if flag(u) { skewed(u, 32) as u32 } else { 512 };
        let (refcount_bits, data_file) = (skewed(u, 8) as u32, skewed(u, 3) as u32);
        let (name, length) = (self.address(u, canary), skewed(u, 32) as u32);
        let params = (1_u32, cluster_size, refcount_bits, data_file, name, length);
        let plan: i32 = module.call("plan", params);
        if plan >= 0 {
            assert!(!self.plans.contains(&plan), "a handle twice");
            let good_name = data_file == 0 || data_file <= 2 && self.holds(name, length);
            assert!(good_name, "a name that lies in no block");
            self.plans.push(plan);
        }
        tell(module, plan.into());
    }

    fn read_at(&mut self, module: &mut Module, u: &mut Unstructured<'_>, canary: u32) {
        let (plan, at) = (self.handle(u), self.address(u, canary));
        let (offset, length) = (edge(u, &[0]), skewed(u, 32) as u32);
        let read: i32 = module.call("read_at", (plan, offset, at, length));
        let good = self.plans.contains(&plan) && self.holds(at, length.min(i32::MAX as u32));
        assert!(good || read == ARGUMENT, "{length} bytes at {at}: {read}");
        assert!(i64::from(read) <= i64::from(length));
        tell(module, read.into());
    }

    /// Whether the bytes lie in one block.
    fn holds(&self, at: u32, length: u32) -> bool {
        let (at, length) = (u64::from(at), u64::from(length));
        self.blocks.iter().any(|(start, size)| {
            // A block of no bytes has one.
            let (start, size) = (u64::from(*start), u64::from(*size).max(1));
            start <= at && at + length <= start + size
        })
    }

    /// A handle, or what is none.
    fn handle(&self, u: &mut Unstructured<'_>) -> i32 {
        match self.plans.len() as u64 {
            // The case has one, too.
            0 => -1 - skewed(u, 31) as i32,
            count if flag(u) => self.plans[within(u, 0..=count - 1) as usize],
            _ => (1 << 20) + skewed(u, 30) as i32 / 2,
        }
    }

    /// An address in or near a block, or anywhere but in the canary.
    fn address(&self, u: &mut Unstructured<'_>, canary: u32) -> u32 {
        let any = skewed(u, 32) as u32;
        let at = match self.blocks.len() as u64 {
            count if count > 0 && !flag(u) => {
                let (at, _) = self.blocks[within(u, 0..=count - 1) as usize];
                at.wrapping_add(skewed(u, 8) as u32)
            }
            _ => any,
        };
        // Whoever names it may have it.
        if (canary..canary + 64).contains(&at) { 0 } else { at }
    }
}

/// A failure has a code and a text.
fn tell(module: &mut Module, result: i64) {
    if result < 0 {
        module.failure(result);
    }
}
