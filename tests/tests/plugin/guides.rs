//! The hosts under `plugin/hosts`, which are the guide: each makes the reference's images of real files.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use qcow2_stream_tests::command::{
    Digest, FrontEnd, Outcome, Workplace, digest, finish, judge, run, spawn, sweep_without,
};
use qcow2_stream_tests::corpus::{DataFile, Input, Vector, corpus};
use qcow2_stream_tests::installed::{cache, installed, npm_package};

use crate::artefacts::{COMPONENT, MODULE, SIMD_MODULE, artefact};

const HOSTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../plugin/hosts");

const WASMTIME_WHEEL: &str = "48.0.0";

/// Inputs that are left to hosts which can ask for holes: Node would read all their zeros.
const LEFT_OUT: [&str; 2] = ["sparse-1T", "sparse-20G"];

/// Runs a command to its end.
#[track_caller]
fn done(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
}

/// A host in Rust. Built in a folder of the user's cache: wasmtime takes minutes to compile.
fn rust(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let build = || {
        let folder = cache().join("plugin-hosts");
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
        let mut cargo = Command::new(cargo);
        cargo.args(["build", "--release", "--locked", "--target-dir"]).arg(&folder);
        done(cargo.current_dir(Path::new(HOSTS).join("rust")));
        folder
    };
    FOLDER.get_or_init(build).join("release").join(name)
}

/// Python, with the wheel of wasmtime.
fn python() -> Command {
    let wheel = installed(&format!("wasmtime-python-{WASMTIME_WHEEL}"), |folder| {
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
        pip.args(["--require-hashes", "--only-binary=:all:", "--target"]).arg(folder);
        done(pip.arg("-r").arg(Path::new(HOSTS).join("python/requirements.txt")));
    });
    let mut python = Command::new("python3");
    python.env("PYTHONPATH", wheel).env("PYTHONDONTWRITEBYTECODE", "1");
    python.arg(Path::new(HOSTS).join("python/host.py"));
    python
}

/// The component as JavaScript.
pub(crate) fn transpiled() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let jco = npm_package("jco-transpile");
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("plugin-jco");
        let mut node = Command::new("node");
        node.arg(Path::new(HOSTS).join("node/transpile.mjs")).arg(artefact(COMPONENT));
        done(node.arg(&folder).arg(jco));
        folder
    })
}

/// A host with the plugin that it is to run.
fn host(name: &str) -> Command {
    let with = |mut command: Command, plugin: &Path| {
        command.arg(plugin);
        command
    };
    let node = |script: &str| {
        let mut node = Command::new("node");
        node.arg(Path::new(HOSTS).join("node").join(script));
        node
    };
    match name {
        "rust module" => with(Command::new(rust("module")), &artefact(MODULE)),
        "rust component" => with(Command::new(rust("component")), &artefact(COMPONENT)),
        "python module" => with(python(), &artefact(SIMD_MODULE)),
        "node module" => with(node("module.mjs"), &artefact(SIMD_MODULE)),
        "node component" => with(node("component.mjs"), transpiled()),
        _ => panic!("there is no host {name}"),
    }
}

fn convert(name: &str, place: &Workplace, vector: &Vector) {
    let mut command = host(name);
    command.arg(place.disk()).arg(vector.cluster_size.to_string());
    command.arg(vector.refcount_bits.to_string());
    if let Some(DataFile { name, raw }) = &vector.data_file {
        command.arg(if *raw { "2" } else { "1" }).arg(name);
    }
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = spawn(command);
    let image = digest(child.stdout.take().expect("a pipe"));
    let outcome = finish(child);
    assert!(outcome.status.success(), "{name}: {}: {}", vector.label(), outcome.stderr);
    assert_eq!(outcome.stderr, format!("{} bytes\n", vector.length), "{name}: {}", vector.label());
    let expected = Digest { length: vector.length, sha256: vector.sha256.clone() };
    assert_eq!(image, expected, "{name}: {}", vector.label());
}

/// Converts the corpus with a host, and returns how many images that are.
fn corpus_through(name: &str, left_out: &[&str]) -> usize {
    sweep_without(left_out, FrontEnd::Native, |place, vector| convert(name, place, vector))
}

#[test]
fn each_vector_through_the_module_in_rust() {
    assert_eq!(corpus_through("rust module", &[]), corpus().vectors.len());
}

#[test]
fn each_vector_through_the_component_in_rust() {
    assert_eq!(corpus_through("rust component", &[]), corpus().vectors.len());
}

#[test]
fn each_vector_through_the_module_in_python() {
    assert_eq!(corpus_through("python module", &[]), corpus().vectors.len());
}

#[test]
fn each_vector_but_nine_of_large_sparse_disks_through_the_module_in_node() {
    assert_eq!(corpus_through("node module", &LEFT_OUT), corpus().vectors.len() - 9);
}

#[test]
fn each_vector_but_nine_of_large_sparse_disks_through_the_component_in_node() {
    assert_eq!(corpus_through("node component", &LEFT_OUT), corpus().vectors.len() - 9);
}

#[test]
fn qemu_agrees_with_each_guide() {
    let (name, input) =
        corpus().inputs.iter().find(|(name, _)| name.starts_with("dense")).expect("one");
    for host_name in
        ["rust module", "rust component", "python module", "node module", "node component"]
    {
        let place = Workplace::with_disk(FrontEnd::Native, input);
        let image = place.path("image.qcow2");
        let mut command = host(host_name);
        let file = std::fs::File::create(&image).expect("a new file");
        let child = spawn({
            command.arg(place.disk()).stdout(file).stderr(Stdio::piped());
            command
        });
        let outcome = finish(child);
        assert!(outcome.status.success(), "{host_name}: {}", outcome.stderr);
        judge(&format!("{host_name}, {name}"), &image, &place.disk());
    }
}

#[test]
fn a_guide_that_cannot_read_says_so_and_fails() {
    for name in ["rust module", "rust component", "python module", "node module", "node component"]
    {
        let place = Workplace::new(FrontEnd::Native);
        let mut command = host(name);
        // A folder can be opened, and not read.
        command.arg(place.folder()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let outcome = finish(spawn(command));
        assert!(!outcome.status.success() && outcome.stdout.is_empty(), "{name}");
        assert!(outcome.stderr.contains("source: "), "{name}: {}", outcome.stderr);
    }
}

/// They are not in the workspace, for the sake of wasmtime's compile time.
#[test]
fn the_component_stands_hostile_hosts_and_wasmtime_s_limits() {
    rust("component");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
    let mut cargo = Command::new(cargo);
    cargo.args(["test", "--release", "--locked", "--tests", "--target-dir"]);
    cargo.arg(cache().join("plugin-hosts"));
    let plugin = artefact(COMPONENT);
    cargo.env("QCOW2_STREAM_PLUGIN", plugin.parent().expect("a folder"));
    done(cargo.current_dir(Path::new(HOSTS).join("rust")));
}

/// Runs the example of the readme with a body for `put`, which may use `nth`, the number of its call.
fn example(put: &str) -> (Outcome, Vec<u8>) {
    let readme = include_str!("../../../plugin/README.md");
    let (_, example) = readme.split_once("```js\n").expect("an example in JavaScript");
    let (example, _) = example.split_once("```").expect("its end");
    let place = Workplace::with_disk(FrontEnd::Native, &Input::dense(1_300_001));
    let script = place.path("example.mjs");
    let before = format!(
        "import {{ readFileSync }} from 'node:fs';
        const [module, disk] = process.argv.slice(2).map((path) => readFileSync(path));
        const image = [];
        let nth = 0;
        const put = (bytes) => {{ nth += 1; {put} image.push(bytes); }};"
    );
    let after = "process.stdout.write(Buffer.concat(image));";
    std::fs::write(&script, [&*before, example, after].join("\n")).expect("it is written");
    let mut node = Command::new("node");
    node.arg(script).arg(artefact(MODULE)).arg(place.disk());
    (run(node), run(place.command(["disk.raw"])).image())
}

#[test]
fn the_example_of_the_readme_makes_an_image() {
    let (outcome, image) = example("");
    assert!(outcome.image() == image, "native has other bytes");
}

#[test]
fn the_example_of_the_readme_goes_on_where_a_sink_stopped() {
    let (outcome, image) = example("if (nth % 5 !== 0) throw new Error('full');");
    assert!(outcome.image() == image, "native has other bytes");
}

#[test]
fn the_example_of_the_readme_gives_up_on_a_sink_that_takes_nothing() {
    let (outcome, _) = example("if (nth > 2) throw new Error(`call ${nth}`);");
    assert!(!outcome.status.success() && outcome.stdout.is_empty());
    let words = "sink: writing at offset ";
    assert!(outcome.stderr.contains(words), "{}", outcome.stderr);
    assert!(!outcome.stderr.contains("at offset 0 "), "{}", outcome.stderr);
}
