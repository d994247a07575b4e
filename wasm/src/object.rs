//! Plain JavaScript objects.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

use crate::numbers;

/// Sets a property of an object made here, which nothing has frozen.
pub(crate) fn set(object: &JsValue, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &name.into(), value);
}

/// Sets a property to a size or an offset.
pub(crate) fn set_number(object: &JsValue, name: &str, number: u64) {
    set(object, name, &numbers::to_js(number).into());
}
