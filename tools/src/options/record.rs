//! The option group `-R`: recordings of executions, which this engine does not make.

use super::value::{Form, Value};
use super::{Group, key};

pub(super) const GROUP: Group = Group {
    letter: 'R',
    name: "record",
    keys: &[
        key(
            "path",
            Value::Refused(Form::Text, "executions are not recorded"),
            "where the recording is written to",
        ),
        key(
            "validation-metadata",
            Value::Ignored(Form::Flag),
            "checks in the recording",
        ),
        key(
            "event-window-size",
            Value::Ignored(Form::Number),
            "events that are kept in memory",
        ),
    ],
};
