//! Subscriptions that earlier versions stored: as statements, since they are plain rows. `uncounted` are
//! those of `96a398d`, `counted` those of `4616c46`.

use std::rc::Rc;

use super::*;
use crate::auth::vault::recorded_tests::{recorded, server};
use crate::platform::bindings::Bindings;
use crate::platform::host::State;

/// The object as that version left it.
fn object(version: &str) -> Object {
    let env = Env::of_test(Rc::new(Bindings::default()));
    let object = Object::new(server().app, State::of_test(|| ()), env);
    let statements = recorded("subscriptions");
    for statement in statements[version].as_array().expect("statements") {
        object.sql().exec(statement.as_str().expect("SQL"), None).expect("it runs");
    }
    object
}

fn counted(object: &Object) -> i64 {
    let rows = object.sql().exec("SELECT count FROM listening_count", None).expect("a count");
    let row = rows.raw().next().expect("a row").expect("values");
    match row[..] {
        [SqlStorageValue::Integer(count)] => count,
        _ => panic!("no count"),
    }
}

#[test]
fn recorded_subscriptions_are_told_of_changes_and_end() {
    for version in ["uncounted", "counted"] {
        let object = object(version);
        assert_eq!(sessions(&object.sql()).expect("names"), ["session:1", "sse:2"], "{version}");
        register(&object, "owner-1\nsession:3").expect("a new one");
        register(&object, "owner-1\nsession:1").expect("one that is there");
        unregister(&object, "sse:2").expect("it ends");
        let left = sessions(&object.sql()).expect("names");
        assert_eq!(left, ["session:1", "session:3"], "{version}");
        assert_eq!(counted(&object), 2, "{version}");
    }
}
