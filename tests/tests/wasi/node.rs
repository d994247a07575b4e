//! A second engine: Node's own WASI.

use qcow2_stream_tests::command::{FrontEnd, Workplace, run};
use qcow2_stream_tests::corpus::{Vector, corpus};
use qcow2_stream_tests::digest::sha256_hex;

use crate::LEFT_OUT;

#[test]
fn node_makes_the_reference_s_images_too() {
    let mut inputs = 0;
    for (name, input) in &corpus().inputs {
        if LEFT_OUT.contains(&name.as_str()) {
            continue;
        }
        let place = Workplace::with_disk(FrontEnd::Node, input);
        let mut vectors = corpus().vectors.iter().filter(|vector| vector.input == *name);
        same_as_reference(&place, vectors.next().expect("each input has a vector"));
        inputs += 1;
    }
    assert_eq!(inputs, 90);
}

#[test]
fn node_gets_the_right_exit_status() {
    let place = Workplace::new(FrontEnd::Node);
    run(place.command(["missing.raw"])).refused(4, &["cannot read missing.raw", "No such file"]);
}

fn same_as_reference(place: &Workplace, vector: &Vector) {
    let image = run(place.command(vector.args())).image();
    assert_eq!(image.len() as u64, vector.length, "{}", vector.label());
    assert_eq!(sha256_hex(&image), vector.sha256, "{}", vector.label());
}
