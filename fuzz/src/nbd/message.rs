//! What a server sends, before it is bytes, so that it can be given faults that make some sense.

use arbitrary::Unstructured;

use super::Said;
use super::disk::Disk;
use crate::choice::{flag, skewed, within};

/// A message.
#[derive(Clone, Debug)]
pub(super) enum Message {
    /// Bytes of any kind: the greeting, the answer to `NBD_OPT_EXPORT_NAME`.
    Bytes(Vec<u8>),
    /// A reply to an option.
    Option { option: u32, kind: u32, data: Vec<u8> },
    /// A simple reply, with the bytes of a read if there is no error.
    Simple { error: u32, cookie: u64, offset: u64, length: u32 },
    /// A chunk of a structured reply.
    Chunk { done: bool, cookie: u64, body: Body },
}

/// What a chunk has behind its header.
#[derive(Clone, Debug)]
pub(super) enum Body {
    None,
    Data {
        offset: u64,
        length: u32,
    },
    Hole {
        offset: u64,
        length: u32,
    },
    /// Extents from `start` to `end`: lengths and flags.
    Status {
        context: u32,
        start: u64,
        end: u64,
        extents: Vec<(u32, u32)>,
    },
    Error {
        number: u32,
        text: Vec<u8>,
    },
    Other {
        kind: u16,
        data: Vec<u8>,
    },
}

impl Message {
    /// Changes something. What it says is then false, but each byte of data is still that of the offset it is said to
    /// be at, and zeros that are not there are noted.
    pub(super) fn spoil(&mut self, u: &mut Unstructured<'_>, said: &mut Said) {
        match self {
            Self::Bytes(bytes) => spoil_bytes(bytes, u),
            Self::Option { option, kind, data } => match within(u, 0..=3) {
                0 => *kind = within(u, 0..=12) as u32 | if flag(u) { 1 << 31 } else { 0 },
                1 => *data = u.arbitrary().unwrap_or_default(),
                2 => spoil_bytes(data, u),
                _ => *option = skewed(u, 32) as u32,
            },
            Self::Simple { error, cookie, length, .. } => {
                // Its bytes are those of whatever read has the cookie.
                said.is_garbled = true;
                match within(u, 0..=2) {
                    0 => *error = skewed(u, 32) as u32,
                    1 => *cookie = any_cookie(u),
                    _ => *length = skewed(u, 17) as u32,
                }
            }
            Self::Chunk { done, cookie, body } => match within(u, 0..=3) {
                0 => *done = !*done,
                1 => *cookie = any_cookie(u),
                2 => *body = Body::draw(u),
                _ => body.spoil(u),
            },
        }
    }

    /// The bytes that go over the wire. Zeros that it speaks of are noted.
    pub(super) fn encode(&self, disk: &Disk, said: &mut Said) -> Vec<u8> {
        match self {
            Self::Bytes(bytes) => bytes.clone(),
            Self::Option { option, kind, data } => {
                let numbers = [*option, *kind, data.len() as u32].map(u32::to_be_bytes).concat();
                [&0x0003_e889_0455_65a9_u64.to_be_bytes()[..], &numbers, data].concat()
            }
            Self::Simple { error, cookie, offset, length } => {
                let start = [0x6744_6698, *error].map(u32::to_be_bytes).concat();
                let length = if *error == 0 { *length } else { 0 };
                let data = disk.bytes(*offset, length.into());
                [&start[..], &cookie.to_be_bytes(), &data].concat()
            }
            Self::Chunk { done, cookie, body } => {
                let (kind, data) = body.encode(disk, said);
                let (magic, flags) =
                    (0x668e_33ef_u32.to_be_bytes(), u16::from(*done).to_be_bytes());
                let length = (data.len() as u32).to_be_bytes();
                let cookie = cookie.to_be_bytes();
                [&magic[..], &flags, &kind.to_be_bytes(), &cookie, &length, &data].concat()
            }
        }
    }
}

impl Body {
    fn draw(u: &mut Unstructured<'_>) -> Self {
        let (offset, length) = (skewed(u, 63), skewed(u, 17) as u32);
        match within(u, 0..=4) {
            0 => Self::Error {
                number: skewed(u, 32) as u32,
                text: u.arbitrary().unwrap_or_default(),
            },
            1 => Self::None,
            2 => Self::Data { offset, length },
            3 => Self::Hole { offset, length },
            _ => {
                Self::Other { kind: skewed(u, 16) as u16, data: u.arbitrary().unwrap_or_default() }
            }
        }
    }

    fn spoil(&mut self, u: &mut Unstructured<'_>) {
        match self {
            Self::Data { offset, length } => {
                if flag(u) {
                    *offset = near(u, *offset);
                } else {
                    *length = near(u, u64::from(*length)).min(1 << 17) as u32;
                }
            }
            Self::Hole { offset, length } => {
                if flag(u) {
                    *offset = near(u, *offset);
                } else {
                    *length = near(u, u64::from(*length)) as u32;
                }
            }
            Self::Status { context, extents, .. } => match within(u, 0..=3) {
                0 => extents.push((skewed(u, 32) as u32, within(u, 0..=3) as u32)),
                1 => extents.clear(),
                2 => *context = skewed(u, 32) as u32,
                _ => {
                    let at = within(u, 0..=extents.len().max(1) as u64 - 1) as usize;
                    if let Some(extent) = extents.get_mut(at) {
                        *extent = (near(u, extent.0.into()) as u32, within(u, 0..=3) as u32);
                    }
                }
            },
            Self::None | Self::Error { .. } | Self::Other { .. } => *self = Self::draw(u),
        }
    }

    fn encode(&self, disk: &Disk, said: &mut Said) -> (u16, Vec<u8>) {
        match self {
            Self::None => (0, Vec::new()),
            Self::Data { offset, length } => {
                let data = disk.bytes(*offset, u64::from(*length));
                (1, [&offset.to_be_bytes()[..], &data].concat())
            }
            Self::Hole { offset, length } => {
                said.zeros.push(*offset..offset.saturating_add((*length).into()));
                (2, [&offset.to_be_bytes()[..], &length.to_be_bytes()].concat())
            }
            Self::Status { context, start, end, extents } => {
                let mut at = *start;
                for (length, flags) in extents {
                    let next = at.saturating_add((*length).into()).min(*end);
                    if flags & 2 != 0 {
                        said.zeros.push(at..next);
                    }
                    at = next;
                }
                let extents = extents.iter().flat_map(|(length, flags)| [*length, *flags]);
                let numbers = [*context].into_iter().chain(extents).flat_map(u32::to_be_bytes);
                (5, numbers.collect())
            }
            Self::Error { number, text } => {
                let length = (text.len() as u16).to_be_bytes();
                (0x8001, [&number.to_be_bytes()[..], &length, text].concat())
            }
            Self::Other { kind, data } => (*kind, data.clone()),
        }
    }
}

/// A number a little above or below.
fn near(u: &mut Unstructured<'_>, number: u64) -> u64 {
    let distance = skewed(u, 17);
    if flag(u) { number.wrapping_add(distance) } else { number.wrapping_sub(distance) }
}

/// Cookies are small numbers that go up.
fn any_cookie(u: &mut Unstructured<'_>) -> u64 {
    if flag(u) { skewed(u, 6) } else { skewed(u, 64) }
}

fn spoil_bytes(bytes: &mut Vec<u8>, u: &mut Unstructured<'_>) {
    let at = within(u, 0..=bytes.len().max(1) as u64 - 1) as usize;
    match within(u, 0..=2) {
        0 => bytes.truncate(at),
        1 => bytes.extend(skewed(u, 64).to_be_bytes()),
        _ => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << within(u, 0..=7);
            }
        }
    }
}
