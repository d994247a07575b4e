//! The command as its user sees it: started, watched, held, and judged.
//!
//! Nothing here sleeps and hopes. Whoever waits, waits for a condition, and
//! fails when a generous deadline has passed.

mod digest;
mod front_end;
mod judge;
mod lockstep;
mod loop_device;
mod mounted;
mod nbd_server;
mod outcome;
mod pipe;
mod process;
mod reference;
mod shell;
mod sweep;
mod terminal;
mod user;
mod wait;
mod workplace;

pub use digest::{Digest, digest};
pub use front_end::{FrontEnd, module};
pub use judge::judge;
pub use lockstep::{Lockstep, at_first_line_of, at_last_line_of, at_the_start};
pub use loop_device::LoopDevice;
pub use mounted::Mounted;
pub use nbd_server::NbdServer;
pub use outcome::{Outcome, finish, run, spawn};
pub use pipe::{drain, fill, wait_for_bytes};
pub use process::{has_unnamed, signal, signal_by_number, wait_until_blocked};
pub use reference::{same_as_reference, same_as_reference_with};
pub use shell::{in_shell, redirected, with_default_signals, without_proc};
pub use sweep::{sweep, sweep_without};
pub use terminal::Terminal;
pub use user::User;
pub use wait::wait_until;
pub use workplace::Workplace;
