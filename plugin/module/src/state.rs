//! What lives from call to call.
#![allow(unsafe_code)] // A static that is not Sync by itself.

use alloc::vec::Vec;
use core::cell::RefCell;

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

struct Global<T>(RefCell<T>);

// SAFETY: without atomics, which are refused above, a module's instance has one thread.
unsafe impl<T> Sync for Global<T> {}

static STATE: Global<State> = Global(RefCell::new(State {
    blocks: Blocks::new(),
    plans: Plans { held: Vec::new(), last: 0 },
}));

/// The last failure. Not part of the state, which a call from within another cannot have.
static FAILURE: Global<Option<Failure>> = Global(RefCell::new(None));

/// Does something with the state, and keeps the failure if there is one: then the result is its code, negative.
pub(crate) fn with<T: From<i8>>(action: impl FnOnce(&mut State) -> Result<T, Failure>) -> T {
    let result = match STATE.0.try_borrow_mut() {
        Ok(mut state) => action(&mut state),
        Err(_) => Err(Failure::new(
            Code::Busy,
            format_args!("a call from within an import; return from it first"),
        )),
    };
    result.unwrap_or_else(|failure| T::from(keep(failure)))
}

fn keep(failure: Failure) -> i8 {
    let code = i8::try_from(failure.code.number()).unwrap_or(i8::MAX);
    // Nothing holds it while the host is called.
    if let Ok(mut last) = FAILURE.0.try_borrow_mut() {
        *last = Some(failure);
    }
    code.saturating_neg()
}

/// The address and the length of the last failure's text.
pub(crate) fn last_text() -> (*const u8, usize) {
    let last = FAILURE.0.borrow();
    let text = last.as_ref().map_or("", Failure::text);
    (text.as_ptr(), text.len())
}
