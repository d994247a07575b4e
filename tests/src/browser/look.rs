//! What a page looks like.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::kind::Kind;
use super::running::Browser;

impl Browser {
    /// Gives the page this size, or the nearest that the browser allows, and
    /// returns the size that it has.
    ///
    /// # Panics
    ///
    /// If it can't be changed.
    #[track_caller]
    pub fn resize(&self, width: u64, height: u64) -> (u64, u64) {
        if self.kind() == Kind::Chromium {
            // Its windows can't be as narrow as a telephone, but its pages can.
            let size = json!({
                "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false,
            });
            self.cdp("Emulation.setDeviceMetricsOverride", size);
        } else {
            let (frame_width, frame_height) = self.frame();
            let size = json!({ "width": width + frame_width, "height": height + frame_height });
            self.post("/window/rect", size);
        }
        self.numbers("return [innerWidth, innerHeight]")
    }

    /// A picture of what can be seen of the page, as a PNG.
    ///
    /// # Panics
    ///
    /// If the browser makes none.
    #[track_caller]
    pub fn screenshot(&self) -> Vec<u8> {
        let picture = self.get("/screenshot");
        let picture = picture.as_str().expect("a picture is a string");
        STANDARD.decode(picture).expect("a picture is in base 64")
    }

    /// By how much the window is larger than the page.
    fn frame(&self) -> (u64, u64) {
        self.numbers("return [outerWidth - innerWidth, outerHeight - innerHeight]")
    }

    fn numbers(&self, script: &str) -> (u64, u64) {
        let numbers = self.run(script, &[]);
        serde_json::from_value(numbers).expect("two numbers")
    }
}
