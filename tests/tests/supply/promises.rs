//! The table of SECURITY.md: a promise, and the tests that would break first.

use std::collections::BTreeSet;

use crate::tree::read;

/// How a test is named: [`a_fact`](its/file.rs).
const BEGINNING: &str = "[`";

/// The rows of the table: a promise and its tests, by name and file.
fn rows() -> Vec<(String, Vec<(String, String)>)> {
    let text = read("SECURITY.md");
    let table = text.split_once("| promise |").expect("there is a table").1;
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let (promise, tests) = row[1..].split_once('|').expect("a row has two columns");
        (promise.trim().to_owned(), tests.split(BEGINNING).skip(1).map(test).collect())
    })
    .collect()
}

fn test(link: &str) -> (String, String) {
    let (name, rest) = link.split_once("`](").expect("a name is a link");
    let (file, _) = rest.split_once(')').expect("a link ends");
    (name.to_owned(), file.to_owned())
}

#[test]
fn every_test_that_the_table_names_is_there() {
    let rows = rows();
    assert!(rows.len() > 20, "{} rows", rows.len());
    for (promise, tests) in rows {
        assert!(!tests.is_empty(), "nothing would break: {promise}");
        for (name, file) in tests {
            let source = read(&file);
            assert!(source.contains(&format!("fn {name}(")), "{file} has no test {name}");
            // By itself, or by a macro's list of those that run in several browsers.
            let runs = ["#[test]\n", "#[test] "].iter().any(|mark| source.contains(mark));
            let listed = source.contains(&format!("    {name},"));
            assert!(runs || listed, "{file} has no test");
        }
    }
}

#[test]
fn no_promise_is_made_twice() {
    let promises: Vec<_> = rows().into_iter().map(|(promise, _)| promise).collect();
    let different: BTreeSet<_> = promises.iter().collect();
    assert_eq!(different.len(), promises.len());
}
