//! Which of QEMU's block nodes reads which.

use std::collections::HashMap;

use serde::Deserialize;

use super::nodes::{Child, Node};

/// The command that tells it. For debugging, says QEMU, but no other tells it before QEMU 10.1.
pub(super) const QUERY: &str = "x-debug-query-block-graph";

/// The nodes and what connects them, as QEMU tells.
#[derive(Debug, Deserialize)]
pub(super) struct Graph {
    nodes: Vec<Named>,
    edges: Vec<Edge>,
}

#[derive(Debug, Deserialize)]
struct Named {
    id: u64,
    name: String,
}

#[derive(Debug, Deserialize)]
struct Edge {
    parent: u64,
    child: u64,
    name: String,
}

/// Lets each node know those below it.
pub(super) fn connect(nodes: &mut [Node], graph: Graph) {
    let names = graph.nodes.into_iter().map(|node| (node.id, node.name));
    let names = names.collect::<HashMap<_, _>>();
    let mut below = HashMap::<&str, Vec<Child>>::new();
    for Edge { parent, child, name: role } in graph.edges {
        if let (Some(parent), Some(name)) = (names.get(&parent), names.get(&child)) {
            below.entry(parent).or_default().push(Child { role, name: name.clone() });
        }
    }
    for node in nodes {
        node.children = below.remove(node.name.as_str()).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_node_knows_those_below_it() {
        let node = |name: &str| {
            let text = r#"{"node-name": "NAME", "drv": "qcow2", "file": "x", "image": {}}"#;
            serde_json::from_str::<Node>(&text.replace("NAME", name)).unwrap()
        };
        let graph = r##"{
            "nodes": [{"id": 7, "name": "disk", "type": "block-driver"}, {"id": 2, "name": "#b", "type": "block-driver"}],
            "edges": [{"parent": 7, "child": 2, "name": "file", "perm": []}, {"parent": 7, "child": 9, "name": "backing"}]
        }"##;
        let mut nodes = [node("#b"), node("disk")];
        connect(&mut nodes, serde_json::from_str(graph).unwrap());
        assert_eq!(nodes[1].child("file"), Some("#b"));
        assert_eq!((nodes[1].child("backing"), nodes[0].children.len()), (None, 0));
    }
}
