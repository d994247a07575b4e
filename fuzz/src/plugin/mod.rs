//! The plugin against hosts that answer anything: no trap, the right code, and no image called whole after a failure.
//!
//! Each case is played natively on the boundary, which is quick. Some are played again on the module in wasmi, with the
//! same answers: both must come to the same, word by word. Then the module gets calls with any arguments.

mod calls;
mod case;
mod host;
mod module;
mod native;
mod tape;

use arbitrary::Unstructured;

use case::Case;

use crate::choice::within;

/// What an action comes to: bytes, or a code and a text.
type Outcome = Result<Vec<u8>, (u8, String)>;

/// What a case comes to.
#[derive(Debug, Eq, PartialEq)]
struct Played {
    outcomes: Vec<Outcome>,
    /// What the sink took.
    image: Vec<u8>,
    /// How often the host was called.
    calls: u32,
}

/// Runs a case.
pub fn run(data: &[u8]) {
    let u = &mut Unstructured::new(data);
    let case = Case::draw(u);
    let is_played_again = within(u, 0..=3) == 0;
    let share = u.len() / 2;
    let arguments = u.bytes(share).unwrap_or_default();
    let answers = u.bytes(u.len()).unwrap_or_default();
    let expected = native::play(&case, answers);
    if is_played_again {
        let mut module = module::Module::new(&case, answers);
        assert_eq!(module.play(&case), expected);
        calls::any(&mut module, &mut Unstructured::new(arguments));
    }
}
