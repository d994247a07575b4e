//! What lives from call to call.
#![allow(unsafe_code)] // A static that is not Sync by itself.

use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

use qcow2_stream_plugin_boundary::{Code, Failure, Plan};

use crate::blocks::Blocks;

#[cfg(target_feature = "atomics")]
compile_error!("the state below is for one thread");

/// A plan with the host's number for its source.
pub(crate) struct Held {
    handle: i32,
    pub(crate) source: u32,
    pub(crate) plan: Plan,
}

/// The plans and blocks that the host holds.
pub(crate) struct State {
    pub(crate) blocks: Blocks,
    pub(crate) plans: Plans,
}

/// The plans by their handles. A handle is given out once only, so that an old one is known for what it is.
pub(crate) struct Plans {
    held: Vec<Held>,
    last: i32,
}

impl Plans {
    pub(crate) fn add(&mut self, source: u32, plan: Plan) -> Result<i32, Failure> {
        let handle = self.last.checked_add(1);
        let handle =
            handle.ok_or_else(|| Failure::new(Code::Memory, format_args!("no handle is left")))?;
        self.held.try_reserve(1).map_err(|_| Failure::memory(size_of::<Held>()))?;
        self.held.push(Held { handle, source, plan });
        self.last = handle;
        Ok(handle)
    }

    pub(crate) fn get(&self, handle: i32) -> Result<&Held, Failure> {
        self.held.iter().find(|held| held.handle == handle).ok_or_else(|| no_plan(handle))
    }

    pub(crate) fn remove(&mut self, handle: i32) -> Result<(), Failure> {
        let index = self.held.iter().position(|held| held.handle == handle);
        self.held.swap_remove(index.ok_or_else(|| no_plan(handle))?);
        Ok(())
    }
}

fn no_plan(handle: i32) -> Failure {
    Failure::new(Code::Argument, format_args!("argument: {handle} is the handle of no plan"))
}

struct Global<T>(T);

// SAFETY: without atomics, which are refused above, a module's instance has one thread.
unsafe impl<T> Sync for Global<T> {}

static STATE: Global<RefCell<State>> = Global(RefCell::new(State {
    blocks: Blocks::new(),
    plans: Plans { held: Vec::new(), last: 0 },
}));

/// The last failure but for a refused call.
static FAILURE: Global<RefCell<Option<Failure>>> = Global(RefCell::new(None));

/// Whether a call has been refused since.
static REFUSED: Global<Cell<bool>> = Global(Cell::new(false));

/// Does something with the state, and keeps the failure if there is one: then the result is its code, negative.
///
/// A call from within an import is refused. So is every call after an import that threw, or after a trap: they leave the
/// state taken, and what was being changed, the allocator's lists too, may be half changed. That is why a refusal takes
/// no memory and frees none, and why a failure is kept before the state is given back.
pub(crate) fn with<T: From<i8>>(action: impl FnOnce(&mut State) -> Result<T, Failure>) -> T {
    let Ok(mut state) = STATE.0.try_borrow_mut() else {
        REFUSED.0.set(true);
        return T::from(negative(Code::Busy));
    };
    action(&mut state).unwrap_or_else(|failure| T::from(keep(failure)))
}

fn keep(failure: Failure) -> i8 {
    let code = negative(failure.code);
    REFUSED.0.set(false);
    // Nothing else holds it, unless a trap came in the middle of this.
    if let Ok(mut last) = FAILURE.0.try_borrow_mut() {
        *last = Some(failure);
    }
    code
}

fn negative(code: Code) -> i8 {
    i8::try_from(code.number()).unwrap_or(i8::MAX).saturating_neg()
}

/// The address and the length of the last failure's text.
pub(crate) fn last_text() -> (*const u8, usize) {
    let last = FAILURE.0.try_borrow().ok().filter(|_| !REFUSED.0.get());
    let text = match &last {
        Some(failure) => failure.as_ref().map_or("", Failure::text),
        None => Code::Busy.text(),
    };
    (text.as_ptr(), text.len())
}
