//! Calls that a signal has interrupted.

use rustix::io::Errno;

/// How often a call is made. A signal interrupts it once; a file system in user space may say "interrupted" for ever.
const ATTEMPTS: u32 = 1000;

/// Makes a call again while it is interrupted.
///
/// # Errors
/// Those of the call; [`Errno::INTR`] only if nothing else has come of 1,000 attempts.
pub(crate) fn on_interrupt<T>(mut call: impl FnMut() -> Result<T, Errno>) -> Result<T, Errno> {
    for _ in 1..ATTEMPTS {
        match call() {
            Err(Errno::INTR) => {}
            done => return done,
        }
    }
    call()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interrupted_call_is_made_again() {
        let mut answers = [Err(Errno::INTR), Err(Errno::INTR), Ok(7)].into_iter();
        assert_eq!(on_interrupt(|| answers.next().expect("no call after success")), Ok(7));
    }

    #[test]
    fn a_call_that_is_always_interrupted_fails() {
        let mut calls = 0;
        let call = || {
            calls += 1;
            Err::<(), _>(Errno::INTR)
        };
        assert_eq!(on_interrupt(call), Err(Errno::INTR));
        assert_eq!(calls, ATTEMPTS);
    }
}
