//! The keyboard.

use serde_json::{Value, json};

use super::running::Browser;

/// A key by which a page can be used without a mouse.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Key {
    /// To the next control.
    Tab,
    /// To the control before.
    ShiftTab,
    /// Does what a link or a button does.
    Enter,
    /// Does what a button or a box does.
    Space,
    /// Closes a dialog.
    Escape,
}

impl Browser {
    /// Presses a key; it goes to what has the focus.
    ///
    /// # Panics
    ///
    /// If the driver can't.
    #[track_caller]
    pub fn press(&self, key: Key) {
        let down = key.codes().iter().map(|code| stroke("keyDown", code));
        let up = key.codes().iter().rev().map(|code| stroke("keyUp", code));
        let strokes: Vec<_> = down.chain(up).collect();
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": strokes });
        self.post("/actions", json!({ "actions": [keyboard] }));
    }
}

impl Key {
    /// WebDriver's characters for what is held down together.
    fn codes(self) -> &'static [&'static str] {
        match self {
            Self::Tab => &["\u{e004}"],
            Self::ShiftTab => &["\u{e008}", "\u{e004}"],
            Self::Enter => &["\u{e007}"],
            Self::Space => &[" "],
            Self::Escape => &["\u{e00c}"],
        }
    }
}

fn stroke(direction: &str, code: &str) -> Value {
    json!({ "type": direction, "value": code })
}
