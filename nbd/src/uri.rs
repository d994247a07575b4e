//! NBD URIs: `nbd://HOST[:PORT]/[EXPORT]` and `nbd+unix:///[EXPORT]?socket=PATH`.

use std::fmt;
use std::path::PathBuf;

use crate::text::ServerText;

/// The port that IANA has given to NBD.
const PORT: u16 = 10809;

/// Where a server listens, and what it exports there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uri {
    /// Where it listens.
    pub address: Address,
    /// The name of the export; empty for the default one.
    pub export: Vec<u8>,
}

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A host and a TCP port.
    Tcp {
        /// A name or an IP address, without brackets.
        host: String,
        /// The port.
        port: u16,
    },
    /// A Unix socket.
    Unix(PathBuf),
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "{host}:{port}"),
            Self::Unix(path) => {
                write!(f, "{}", ServerText::new(path.as_os_str().as_encoded_bytes()))
            }
        }
    }
}

/// Why a URI is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UriError {
    /// TLS.
    #[error(
        "nbds: TLS is not supported; connect through a tunnel, such as ssh -L or stunnel, with nbd: or nbd+unix:"
    )]
    Tls,
    /// Sockets between a machine and its host.
    #[error("nbd+vsock: vsock is not supported; use nbd: or nbd+unix:")]
    Vsock,
    /// A user's name or password.
    #[error("a user name or password before @; NBD has neither")]
    Credentials,
    /// A port that is none.
    #[error("the port is no number from 1 to 65535")]
    Port,
    /// A host that is none.
    #[error(
        "the host is no name and no IP address; an IPv6 address stands in brackets, as in nbd://[::1]/"
    )]
    Host,
    /// `nbd+unix` with a host.
    #[error(
        "nbd+unix: takes no host; three slashes and the socket, as in nbd+unix:///EXPORT?socket=PATH"
    )]
    HostOfSocket,
    /// `nbd+unix` without a socket.
    #[error("nbd+unix: the socket is missing, as in nbd+unix:///EXPORT?socket=PATH")]
    Socket,
    /// Something unknown behind the question mark.
    #[error("the parameter '{0}' is not known; nbd+unix: has socket, nbd: has none")]
    Parameter(ServerText),
    /// The same parameter twice.
    #[error("the parameter socket is there twice")]
    Twice,
    /// Something behind a #.
    #[error("a # has no meaning; write %23 if it is part of a name")]
    Fragment,
    /// A percent sign without two hexadecimal digits, or that stands for NUL.
    #[error(
        "a % must be followed by two hexadecimal digits, not 00; write %25 for the sign itself"
    )]
    Percent,
}

const SCHEMES: [&str; 6] = ["nbd", "nbd+unix", "nbds", "nbds+unix", "nbd+vsock", "nbds+vsock"];

impl Uri {
    /// Whether a text is meant as such a URI.
    #[must_use]
    pub fn is_one(text: &[u8]) -> bool {
        scheme(text).is_some()
    }

    /// Parses a URI.
    ///
    /// # Errors
    /// [`UriError`], which repeats no password.
    pub fn parse(text: &[u8]) -> Result<Self, UriError> {
        let (scheme, rest) = scheme(text).ok_or(UriError::Host)?;
        match scheme {
            "nbd" | "nbd+unix" => {}
            "nbd+vsock" => return Err(UriError::Vsock),
            _ => return Err(UriError::Tls),
        }
        if rest.contains(&b'#') {
            return Err(UriError::Fragment);
        }
        let (rest, query) = cut(rest, b'?');
        let (authority, path) = cut(rest, b'/');
        if authority.contains(&b'@') {
            return Err(UriError::Credentials);
        }
        let socket = socket(scheme == "nbd+unix", query.unwrap_or_default())?;
        let export = decode(path.unwrap_or_default())?;
        let address = match socket {
            Some(_) if !authority.is_empty() => return Err(UriError::HostOfSocket),
            Some(socket) => Address::Unix(socket),
            None => tcp(authority)?,
        };
        Ok(Self { address, export })
    }
}

/// The scheme, in lower case, and what follows its `://`.
fn scheme(text: &[u8]) -> Option<(&'static str, &[u8])> {
    SCHEMES.into_iter().find_map(|scheme| {
        let (start, rest) = text.split_at_checked(scheme.len())?;
        let rest = rest.strip_prefix(b"://")?;
        start.eq_ignore_ascii_case(scheme.as_bytes()).then_some((scheme, rest))
    })
}

/// What comes before the first `mark`, and what behind it.
fn cut(text: &[u8], mark: u8) -> (&[u8], Option<&[u8]>) {
    let mut parts = text.splitn(2, |byte| *byte == mark);
    (parts.next().unwrap_or_default(), parts.next())
}

/// The socket that the query names. There must be one for `nbd+unix`, and none otherwise.
fn socket(wanted: bool, query: &[u8]) -> Result<Option<PathBuf>, UriError> {
    let mut socket = None;
    for parameter in query.split(|byte| *byte == b'&').filter(|part| !part.is_empty()) {
        let (name, value) = cut(parameter, b'=');
        if name != b"socket" || !wanted {
            return Err(UriError::Parameter(ServerText::new(name)));
        }
        if socket.replace(decode(value.unwrap_or_default())?).is_some() {
            return Err(UriError::Twice);
        }
    }
    match socket.filter(|path| !path.is_empty()) {
        Some(path) => Ok(Some(to_path(path)?)),
        None if wanted => Err(UriError::Socket),
        None => Ok(None),
    }
}

#[cfg(unix)]
#[allow(clippy::unnecessary_wraps)] // elsewhere, not every path can be
fn to_path(bytes: Vec<u8>) -> Result<PathBuf, UriError> {
    use std::os::unix::ffi::OsStringExt;
    Ok(std::ffi::OsString::from_vec(bytes).into())
}

#[cfg(not(unix))]
fn to_path(bytes: Vec<u8>) -> Result<PathBuf, UriError> {
    String::from_utf8(bytes).map(PathBuf::from).map_err(|_| UriError::Socket)
}

fn tcp(authority: &[u8]) -> Result<Address, UriError> {
    let (host, port) = match authority.strip_prefix(b"[") {
        Some(rest) => {
            let (host, port) = cut(rest, b']');
            let host = std::str::from_utf8(host).ok();
            let host = host.filter(|host| host.parse::<std::net::Ipv6Addr>().is_ok());
            (host.ok_or(UriError::Host)?.to_owned(), port.ok_or(UriError::Host)?)
        }
        None => {
            let (host, port) = authority.split_at(cut(authority, b':').0.len());
            (String::from_utf8(decode(host)?).map_err(|_| UriError::Host)?, port)
        }
    };
    let host = if host.is_empty() { "localhost".to_owned() } else { host };
    if host.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(UriError::Host);
    }
    Ok(Address::Tcp { host, port: parse_port(port)? })
}

/// A port with its colon, or nothing.
fn parse_port(text: &[u8]) -> Result<u16, UriError> {
    match text {
        b"" | b":" => Ok(PORT),
        [b':', digits @ ..] if digits.iter().all(u8::is_ascii_digit) => {
            let port = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok());
            port.filter(|port| *port > 0).ok_or(UriError::Port)
        }
        _ => Err(UriError::Port),
    }
}

/// Undoes percent-encoding. The bytes may be anything but NUL, which no name has.
fn decode(mut text: &[u8]) -> Result<Vec<u8>, UriError> {
    let mut bytes = Vec::new();
    while let Some((first, rest)) = text.split_first() {
        (text, _) = (rest, bytes.push(*first));
        if *first == b'%' {
            let (digits, rest) = rest.split_first_chunk::<2>().ok_or(UriError::Percent)?;
            let [high, low] = digits.map(|digit| char::from(digit).to_digit(16));
            let byte = high.zip(low).map(|(high, low)| high << 4 | low);
            let byte = byte.and_then(|byte| u8::try_from(byte).ok()).filter(|byte| *byte != 0);
            bytes.pop();
            bytes.push(byte.ok_or(UriError::Percent)?);
            text = rest;
        }
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tcp(host: &str, port: u16) -> Address {
        Address::Tcp { host: host.to_owned(), port }
    }

    #[test]
    fn a_host_a_port_and_an_export_are_understood() {
        for (text, address, export) in [
            ("nbd://host", tcp("host", 10809), ""),
            ("nbd://host/", tcp("host", 10809), ""),
            ("NBD://host:10/disk", tcp("host", 10), "disk"),
            ("nbd://host:/disk", tcp("host", 10809), "disk"),
            ("nbd:///disk", tcp("localhost", 10809), "disk"),
            ("nbd://[::1]/a", tcp("::1", 10809), "a"),
            ("nbd://[fe80::1]:7/a", tcp("fe80::1", 7), "a"),
            ("nbd://10.0.0.1//a/b", tcp("10.0.0.1", 10809), "/a/b"),
            ("nbd://h%6fst/a%20b%2F%C3%BC?", tcp("host", 10809), "a b/ü"),
        ] {
            let export = export.as_bytes().to_vec();
            assert_eq!(Uri::parse(text.as_bytes()), Ok(Uri { address, export }), "{text}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_socket_may_have_any_name() {
        use std::os::unix::ffi::OsStrExt;
        let uri = Uri::parse(b"nbd+unix:///disk?socket=/run/a%20%26%fcb.sock").unwrap();
        let Address::Unix(path) = uri.address else { panic!("{uri:?}") };
        assert_eq!(path.as_os_str().as_bytes(), b"/run/a &\xfcb.sock");
        let relative = Uri::parse(b"nbd+unix://?socket=s").unwrap();
        assert_eq!(relative.address, Address::Unix("s".into()));
    }

    #[test]
    fn only_what_begins_with_a_scheme_is_one() {
        for text in ["nbd://", "nbds://x", "Nbd+Unix:///", "nbd+vsock://1"] {
            assert!(Uri::is_one(text.as_bytes()), "{text}");
        }
        for text in
            ["", "nbd", "nbd:", "nbd:/", "nbd:host:10809", "./nbd://x", "nbdx://y", "http://x"]
        {
            assert!(!Uri::is_one(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn what_has_no_meaning_is_refused() {
        let parse = |text: &str| Uri::parse(text.as_bytes()).unwrap_err();
        assert_eq!(parse("nbds://host"), UriError::Tls);
        assert_eq!(parse("nbds+unix:///?socket=s"), UriError::Tls);
        assert_eq!(parse("nbd+vsock://1/"), UriError::Vsock);
        assert_eq!(parse("nbd://user:password@host/"), UriError::Credentials);
        for port in ["0", "65536", "-1", "+1", "1 ", "x", "99999999999999999999"] {
            assert_eq!(parse(&format!("nbd://host:{port}/")), UriError::Port);
        }
        for host in ["[::1", "[host]", "[]", "a b", "%01", "%ff", "[::1]x"] {
            let error = parse(&format!("nbd://{host}/"));
            assert!(matches!(error, UriError::Host | UriError::Port), "{host}: {error:?}");
        }
        for name in ["%", "%1", "%g0", "%00", "%+1"] {
            assert_eq!(parse(&format!("nbd://host/{name}")), UriError::Percent, "{name}");
        }
        assert_eq!(parse("nbd+unix:///x"), UriError::Socket);
        assert_eq!(parse("nbd+unix://host/x?socket=s"), UriError::HostOfSocket);
        assert_eq!(parse("nbd+unix:///?socket=s&socket=t"), UriError::Twice);
        assert_eq!(parse("nbd://host/#x"), UriError::Fragment);
        assert!(matches!(parse("nbd://host/?x=y"), UriError::Parameter(_)));
    }
}
