//! A host that serves whatever a test has it serve.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use super::versions::Files;

/// How long browsers may keep its files without asking: a day.
pub(crate) const A_DAY: &str = "public, max-age=86400";

/// As hosts have it that take every file for one that never changes.
pub(crate) const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// What a host does.
#[derive(Clone, Debug)]
pub(crate) struct Habits {
    pub(crate) files: Files,
    pub(crate) cache_control: &'static str,
    /// Whether it answers with its page, and no error, where there is no file.
    pub(crate) page_for_all: bool,
}

/// What may be wrong with a host or the way there.
#[derive(Clone, Debug)]
pub(crate) enum Trouble {
    /// A page to log in at, in place of everything.
    Portal,
    /// Nothing but errors.
    Errors,
    /// Every other answer comes from another edge, which has these files.
    Edges(Files),
    /// After so many answers, the connection is gone.
    Gone { after: usize },
    /// The first request of a service worker for this file meets an error.
    OneError(String),
    /// The page is there by the name of its file only.
    Redirect,
}

/// A host on this machine, with an origin of its own. Its thread ends with the process.
pub(crate) struct Host {
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
}

struct State {
    habits: Habits,
    trouble: Option<Trouble>,
    /// How many requests there were since the trouble began.
    asked: usize,
}

impl Host {
    pub(crate) fn start(habits: Habits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there are ports");
        let url = format!("http://{}/", listener.local_addr().expect("it is bound"));
        let state = Arc::new(Mutex::new(State { habits, trouble: None, asked: 0 }));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                // A browser that goes away is no matter of ours.
                thread::spawn(move || serve(connection, &state));
            }
        });
        Self { url, state }
    }

    /// From now on it has these files.
    pub(crate) fn deploy(&self, files: Files) {
        self.state.lock().expect("nobody panics with it").habits.files = files;
    }

    /// From now on this is wrong, or nothing.
    pub(crate) fn has(&self, trouble: Option<Trouble>) {
        let mut state = self.state.lock().expect("nobody panics with it");
        (state.trouble, state.asked) = (trouble, 0);
    }

    /// Whether nothing is wrong any more.
    pub(crate) fn is_well(&self) -> bool {
        self.state.lock().expect("nobody panics with it").trouble.is_none()
    }
}

/// What a browser wants.
struct Request {
    /// A file's name.
    name: String,
    /// Whether a script fetches it, and not a page as part of itself.
    is_fetch: bool,
}

/// What it gets.
struct Answer {
    status: &'static str,
    cache_control: &'static str,
    content_type: &'static str,
    location: &'static str,
    body: Vec<u8>,
}

fn serve(mut connection: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut lines = BufReader::new(connection.try_clone()?).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let mut is_fetch = false;
    for line in lines {
        let line = line?.to_ascii_lowercase();
        is_fetch |= line == "sec-fetch-dest: empty";
        if line.is_empty() {
            break;
        }
    }
    let path = first.split(' ').nth(1).unwrap_or_default();
    let path = path.split('?').next().unwrap_or_default().trim_start_matches('/');
    let request = Request { name: path.to_owned(), is_fetch };
    // Browsers connect long before they ask.
    let answer = state.lock().expect("nobody panics with it").answer(&request);
    answer.map_or(Ok(()), |answer| answer.write(&mut connection))
}

impl State {
    fn answer(&mut self, request: &Request) -> Option<Answer> {
        self.asked += 1;
        let instead = |status, body: &str| Answer {
            status,
            cache_control: "no-store",
            content_type: content_type("page.html"),
            location: "",
            body: body.as_bytes().to_vec(),
        };
        match &self.trouble {
            Some(Trouble::Portal) => Some(instead("200 OK", "<title>Log in</title>Log in")),
            Some(Trouble::Errors) => Some(instead("500 Internal Server Error", "an error")),
            Some(Trouble::Gone { after }) if self.asked > *after => None,
            Some(Trouble::Edges(files)) if self.asked.is_multiple_of(2) => {
                let habits = Habits { files: files.clone(), ..self.habits.clone() };
                Some(habits.answer(&request.name))
            }
            Some(Trouble::OneError(name)) if *name == request.name && request.is_fetch => {
                self.trouble = None;
                Some(instead("503 Service Unavailable", "an error"))
            }
            Some(Trouble::Redirect) if request.name.is_empty() => {
                let location = "Location: /index.html\r\n";
                Some(Answer { location, ..instead("302 Found", "") })
            }
            _ => Some(self.habits.answer(&request.name)),
        }
    }
}

impl Habits {
    fn answer(&self, path: &str) -> Answer {
        let is_folder = path.is_empty() || path.ends_with('/');
        let path = if is_folder { format!("{path}index.html") } else { path.to_owned() };
        let found = self.files.get(&path).map(|body| (path.as_str(), body));
        let instead = || Some(("index.html", self.files.get("index.html")?));
        let found = found.or_else(|| self.page_for_all.then(instead).flatten());
        let (status, cache_control, name, body) = match found {
            Some((name, body)) => ("200 OK", self.cache_control, name, body.clone()),
            None => ("404 Not Found", "no-cache", "absent.html", b"not found".to_vec()),
        };
        Answer { status, cache_control, content_type: content_type(name), location: "", body }
    }
}

impl Answer {
    fn write(&self, connection: &mut TcpStream) -> std::io::Result<()> {
        let Self { status, cache_control, content_type, location, body } = self;
        write!(
            connection,
            "HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\
             {location}Cache-Control: {cache_control}\r\nConnection: close\r\n\r\n",
            body.len()
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
