//! A host that serves whatever a test has it serve.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use super::versions::Files;

/// How long browsers may keep its files without asking: a day.
pub(crate) const A_DAY: &str = "public, max-age=86400";

/// What a host does.
#[derive(Clone, Debug)]
pub(crate) struct Habits {
    pub(crate) files: Files,
    pub(crate) cache_control: &'static str,
    /// Whether it answers with its page, and no error, where there is no file.
    pub(crate) page_for_all: bool,
}

/// A host on this machine, with an origin of its own. Its thread ends with the process.
pub(crate) struct Host {
    pub(crate) url: String,
    habits: Arc<Mutex<Habits>>,
}

impl Host {
    pub(crate) fn start(habits: Habits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there are ports");
        let url = format!("http://{}/", listener.local_addr().expect("it is bound"));
        let habits = Arc::new(Mutex::new(habits));
        let shared = Arc::clone(&habits);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let habits = Arc::clone(&shared);
                // A browser that goes away is no matter of ours.
                thread::spawn(move || answer(connection, &habits));
            }
        });
        Self { url, habits }
    }

    /// From now on it has these files.
    pub(crate) fn deploy(&self, files: Files) {
        self.habits.lock().expect("nobody panics with it").files = files;
    }
}

fn answer(connection: TcpStream, habits: &Mutex<Habits>) -> std::io::Result<()> {
    let mut lines = BufReader::new(connection.try_clone()?).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    // Browsers connect long before they ask.
    let habits = habits.lock().expect("nobody panics with it").clone();
    habits.answer(connection, &request)
}

impl Habits {
    fn answer(&self, mut connection: TcpStream, request: &str) -> std::io::Result<()> {
        let path = request.split(' ').nth(1).unwrap_or_default();
        let path = path.split('?').next().unwrap_or_default().trim_start_matches('/');
        let name = if path.is_empty() { "index.html" } else { path };
        let found = self.files.get(name).map(|body| (name, body));
        let instead = || Some(("index.html", self.files.get("index.html")?));
        let answer = found.or_else(|| self.page_for_all.then(instead).flatten());
        let (status, cache, name, body) = match answer {
            Some((name, body)) => ("200 OK", self.cache_control, name, body.as_slice()),
            None => ("404 Not Found", "no-cache", "absent.html", b"not found".as_slice()),
        };
        let (kind, length) = (content_type(name), body.len());
        write!(
            connection,
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\
             Cache-Control: {cache}\r\nConnection: close\r\n\r\n"
        )?;
        connection.write_all(body)
    }
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    }
}
