//! A server for this machine's browsers.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener};
use std::path::Path;

use anyhow::{Context, Error, Result};
use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, Response};
use tower_http::compression::CompressionLayer;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

/// What a server takes its requests from.
pub(crate) type Listeners = Vec<TcpListener>;

/// Listens on the loopback addresses that `localhost` stands for, and nowhere else.
pub(crate) fn bind(port: u16) -> Result<Listeners> {
    let mut listeners = vec![listen(Ipv4Addr::LOCALHOST.into(), port)?];
    match listen(Ipv6Addr::LOCALHOST.into(), listeners[0].local_addr()?.port()) {
        Ok(listener) => listeners.push(listener),
        // Browsers may ask there first, and would get another program's page.
        Err(e) if is_taken(&e) => return Err(e),
        // A machine without IPv6.
        Err(_) => {}
    }
    Ok(listeners)
}

fn listen(ip: IpAddr, port: u16) -> Result<TcpListener> {
    let listener = TcpListener::bind((ip, port));
    let listener = listener.with_context(|| {
        format!("port {port} can't be had: choose another with --port, or 0 for any")
    })?;
    // As tokio needs it.
    listener.set_nonblocking(true)?;
    Ok(listener)
}

fn is_taken(error: &Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == ErrorKind::AddrInUse)
}

/// Where a browser finds it.
pub(crate) fn address(listeners: &Listeners) -> Result<String> {
    let port = listeners.first().context("no listener")?.local_addr()?.port();
    Ok(format!("http://localhost:{port}/"))
}

/// Serves the files in `dir` until the process ends.
pub(crate) fn run(listeners: Listeners, dir: &Path) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let app = app(dir);
        let mut servers = Vec::new();
        for listener in listeners {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            servers.push(tokio::spawn(axum::serve(listener, app.clone()).into_future()));
        }
        for server in servers {
            server.await??;
        }
        Ok(())
    })
}

fn app(dir: &Path) -> Router {
    // The next build is the next load: the browser asks whether a file has changed.
    let no_cache =
        SetResponseHeaderLayer::overriding(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    let content_type = SetResponseHeaderLayer::overriding(CONTENT_TYPE, content_type);
    let policy = SetResponseHeaderLayer::overriding(CONTENT_SECURITY_POLICY, worker_policy);
    let files = ServeDir::new(dir);
    Router::new()
        .fallback_service(files)
        .layer(content_type)
        .layer(policy)
        .layer(no_cache)
        .layer(CompressionLayer::new())
}

/// Corrects what goes by the name's end alone: texts are UTF-8, and `.ts` is no video here.
fn content_type<B>(response: &Response<B>) -> Option<HeaderValue> {
    let found = response.headers().get(CONTENT_TYPE)?;
    match found.to_str().ok()? {
        "video/vnd.dlna.mpeg-tts" => Some(HeaderValue::from_static("text/plain; charset=utf-8")),
        text if text.starts_with("text/") && !text.contains(';') => {
            HeaderValue::from_str(&format!("{text}; charset=utf-8")).ok()
        }
        _ => Some(found.clone()),
    }
}

/// The policy of index.html is not that of the page's workers: theirs comes with their scripts, and only a server can send it.
fn worker_policy<B>(response: &Response<B>) -> Option<HeaderValue> {
    let found = response.headers().get(CONTENT_TYPE)?;
    let script = found.to_str().is_ok_and(|found| found.starts_with("text/javascript"));
    script.then(|| HeaderValue::from_static(WORKERS))
}

/// What the page's workers may do: run this host's scripts and WebAssembly, and ask this host.
const WORKERS: &str =
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_listens_on_loopback_alone_and_says_where() {
        let listeners = bind(0).unwrap();
        let addresses: Vec<_> =
            listeners.iter().map(|listener| listener.local_addr().unwrap()).collect();
        assert!(
            addresses.iter().all(|a| a.ip().is_loopback() && a.port() == addresses[0].port()),
            "{addresses:?}"
        );
        assert_eq!(
            address(&listeners).unwrap(),
            format!("http://localhost:{}/", addresses[0].port())
        );
    }

    #[test]
    fn a_port_that_is_taken_is_an_error_that_names_the_option() {
        let taken = bind(0).unwrap()[0].try_clone().unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = bind(port).unwrap_err().to_string();
        assert_eq!(
            error,
            format!("port {port} can't be had: choose another with --port, or 0 for any")
        );
    }
}
