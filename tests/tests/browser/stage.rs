//! A page that is no more than the tests of the kit need, and its server.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::OnceLock;
use std::thread;

const PAGE: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n\
<!doctype html><meta charset=utf-8><title>stage</title>
<input id=file type=file>
<button id=count>0</button>
<a id=cut href=/cut>cut</a>
<script>
const count = document.querySelector('#count');
count.onclick = () => count.textContent++;
document.querySelector('#file').onchange = async (event) => {
  const [file] = event.target.files;
  document.title = `${file.name} has ${(await file.arrayBuffer()).byteLength}`;
};
</script>";

/// A download that ends before its length is known to be complete.
const CUT: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n\
Content-Disposition: attachment; filename=cut.bin\r\n\
Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n10000\r\nnot that much";

/// Where the page is.
pub(crate) fn url() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there are ports");
        let address = listener.local_addr().expect("it is bound");
        thread::spawn(move || listener.incoming().flatten().for_each(serve));
        format!("http://{address}/")
    })
}

/// On a thread of its own, since browsers open connections in advance.
fn serve(connection: TcpStream) {
    // That the browser goes away is its own affair.
    thread::spawn(move || answer(&connection));
}

fn answer(mut connection: &TcpStream) -> std::io::Result<()> {
    let mut request = String::new();
    let mut reader = BufReader::new(connection);
    while reader.read_line(&mut request)? > 2 {}
    let answer = if request.starts_with("GET /cut ") { CUT } else { PAGE };
    connection.write_all(answer.as_bytes())
}
