//! Offsets beyond 2^32.

use std::fs::File;
use std::process::Stdio;

use qcow2_stream_tests::browser::Kind;
use qcow2_stream_tests::command::{FrontEnd, Workplace, digest, finish, spawn};
use serde_json::{Value, json};

use crate::stage::Stage;

/// Half of what ext4 allows.
const SIZE: u64 = 8 << 40;

#[test]
fn the_metadata_of_8_tib_are_those_of_the_command() {
    let place = Workplace::new(FrontEnd::Native);
    File::create(place.disk()).and_then(|file| file.set_len(SIZE)).expect("a sparse file");
    let mut command = place.command(["-c", "2M", "-R", Workplace::DISK]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = spawn(command);
    let image = digest(child.stdout.take().expect("a pipe"));
    assert!(finish(child).status.success());
    let script = "
const dataFile = { name: 'disk.raw', raw: true };
const plan = await scan(picked(), { clusterSize: 2 << 20, dataFile });
const segments = [...plan.segments()];
const length = segments.reduce((sum, segment) => sum + segment.length, 0);
const { virtualSize } = plan.summary;
const image = await digest(await plan.toBlob());
return { outputSize: plan.outputSize, virtualSize, length, image, halves: [...plan.occupancy(2)] };";
    for kind in Kind::ALL {
        let stage = Stage::open(kind);
        stage.pick(&place.disk());
        let told = stage.run(script, &Value::Null);
        let expected = json!({
            "outputSize": image.length, "virtualSize": SIZE, "length": image.length,
            "image": { "length": image.length, "sha256": image.sha256 },
            "halves": [SIZE / 2, SIZE / 2],
        });
        assert_eq!(told, expected, "{kind:?}");
    }
}
