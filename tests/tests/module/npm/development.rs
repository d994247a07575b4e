//! Development servers and bundlers that leave out what the package needs: they say so, and what the readme says helps.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use qcow2_stream_tests::installed::npm_package;
use tempfile::TempDir;

use super::project::{BODY, project};
use super::tools::{output, tool};
use crate::page::{disk_and_image, served, shown, shows_the_image};

/// Of what is served in development, and what the readme says to do for it.
const VITES: [&str; 2] = ["vite5", "vite7"];

const EXCLUDED: &str = "export default { optimizeDeps: { exclude: ['qcow2-stream'] } };";

const IMPORTED: &str = "import wasmURL from 'qcow2-stream/qcow2_stream_wasm_bg.wasm?url';
import workerURL from 'qcow2-stream/worker.js?worker&url';";

const NAMED: &str = "{ wasmURL: 'dist/qcow2_stream_wasm_bg.wasm', workerURL: 'dist/worker.js' }";

/// A project whose page loads `script` and converts with some options, or says what failed.
fn page(from: &str, imports: &str, options: &str, script: &str) -> TempDir {
    let project = project();
    let html =
        format!("{BODY}<link rel=icon href=data:,><script type=module src=./{script}></script>");
    fs::write(project.path().join("index.html"), html).expect("the page is written");
    let script = format!(
        "import {{ scan }} from '{from}';
{imports}
const result = document.querySelector('#result');
document.querySelector('#file').onchange = async ({{ target }}) => {{
  try {{
    const plan = await scan(target.files[0], {options});
    const image = await (await plan.toBlob()).arrayBuffer();
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', image));
    const hex = Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
    result.textContent = `${{image.byteLength}} ${{hex}}`;
  }} catch (error) {{
    result.textContent = `${{error.name}} ${{error.code}}: ${{error.message}}. ${{error.remedy}}`;
  }}
}};"
    );
    fs::write(project.path().join("main.js"), script).expect("the script is written");
    project
}

/// Vite's server of a project, until it is dropped.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(vite: &str, project: &Path) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/module/npm/development.mjs");
        let mut node = Command::new("node");
        node.arg(script).arg(npm_package(vite)).current_dir(project);
        let mut child = node.stdout(Stdio::piped()).spawn().expect("node runs");
        let said = BufReader::new(child.stdout.take().expect("a pipe"));
        let url = said.lines().map_while(Result::ok).find(|line| line.starts_with("http://"));
        Self { url: url.expect("it says where it is"), child }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().expect("it is a child");
        self.child.wait().expect("it is a child");
    }
}

/// The page says that the module is not there, and what to do.
#[track_caller]
fn says_what_to_configure(url: &str) {
    let (place, _) = disk_and_image();
    let (said, _) = shown(url, &place.disk());
    assert!(said.starts_with("Qcow2Error worker: "), "{said}");
    for word in ["is not the WebAssembly module", "wasmURL and workerURL", "With a bundler"] {
        assert!(said.contains(word), "{word}: {said}");
    }
}

/// What is quoted from the readme is there.
#[track_caller]
fn is_in_the_readme(text: &str) {
    let readme = include_str!("../../../../wasm/README.md");
    assert!(readme.contains(text), "{text}");
}

#[test]
fn vite_s_development_server_says_what_to_configure() {
    for vite in VITES {
        let project = page("qcow2-stream", "", "{}", "main.js");
        says_what_to_configure(&Server::start(vite, project.path()).url);
    }
}

#[test]
fn vite_s_development_server_converts_if_the_package_is_excluded() {
    is_in_the_readme(EXCLUDED);
    for vite in VITES {
        let project = page("qcow2-stream", "", "{}", "main.js");
        fs::write(project.path().join("vite.config.js"), EXCLUDED).expect("it is written");
        shows_the_image(&Server::start(vite, project.path()).url);
    }
}

#[test]
fn vite_s_development_server_converts_if_the_files_are_named() {
    is_in_the_readme(IMPORTED);
    for vite in VITES {
        let project = page("qcow2-stream", IMPORTED, "{ wasmURL, workerURL }", "main.js");
        shows_the_image(&Server::start(vite, project.path()).url);
    }
}

/// Has a page bundled, with or without the worker.
fn bundle(bundler: &str, project: &Path, has_worker: bool) {
    let mut command = Command::new(tool(bundler, bundler));
    match bundler {
        "esbuild" => {
            command.arg("main.js").args(has_worker.then_some("worker=qcow2-stream/worker.js"));
            command.args(["--bundle", "--format=esm", "--outdir=dist"]);
        }
        _ => {
            let worker = "worker=node_modules/qcow2-stream/worker.js";
            command.arg("main=main.js").args(has_worker.then_some(worker));
            command.args(["--format", "es", "--dir", "dist"]);
        }
    }
    output(command.current_dir(project));
}

#[test]
fn a_bundle_of_esbuild_or_rollup_says_what_to_configure_and_converts_if_the_files_are_named() {
    const WASM: &str = "qcow2_stream_wasm_bg.wasm";
    is_in_the_readme(
        "esbuild main.js worker=qcow2-stream/worker.js --bundle --format=esm --outdir=dist",
    );
    is_in_the_readme(NAMED);
    for (bundler, from) in
        [("esbuild", "qcow2-stream"), ("rollup", "./node_modules/qcow2-stream/index.js")]
    {
        let without = page(from, "", "{}", "dist/main.js");
        bundle(bundler, without.path(), false);
        says_what_to_configure(&served(&format!("{bundler}-without"), without.path()));
        let with = page(from, "", NAMED, "dist/main.js");
        bundle(bundler, with.path(), true);
        let module = with.path().join("node_modules/qcow2-stream").join(WASM);
        fs::copy(module, with.path().join("dist").join(WASM)).expect("it is copied");
        shows_the_image(&served(&format!("{bundler}-with"), with.path()));
    }
}
