//! As much of JSON Schema as `docs/events.schema.json` uses. A word that it does not know is an error, so that nothing
//! is passed over in silence.

use serde_json::{Map, Value};

pub(crate) struct Schema {
    root: Value,
}

impl Schema {
    pub(crate) fn new(text: &str) -> Schema {
        let root = serde_json::from_str(text).expect("the schema is JSON");
        Schema { root }
    }

    /// Where a value differs from the schema, and how; empty for a value that fits.
    pub(crate) fn faults(&self, value: &Value) -> Vec<String> {
        let mut faults = Vec::new();
        self.check(&self.root, value, "", &mut faults);
        faults
    }

    fn check(&self, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
        let words = schema.as_object().expect("a schema is an object");
        for (word, wanted) in words {
            let holds = match word.as_str() {
                "$schema" | "$defs" | "title" | "description" => true,
                "$ref" => {
                    let pointer = wanted
                        .as_str()
                        .and_then(|it| it.strip_prefix('#'))
                        .expect("a reference");
                    let target = self.root.pointer(pointer).expect("a reference has a target");
                    self.check(target, value, at, faults);
                    true
                }
                "type" => match wanted {
                    Value::Array(names) => names.iter().any(|name| is_a(value, name)),
                    name => is_a(value, name),
                },
                "const" => value == wanted,
                "enum" => wanted.as_array().expect("a list").contains(value),
                "minimum" => value.as_f64() >= wanted.as_f64(),
                "required" => {
                    let names = wanted.as_array().expect("a list");
                    names
                        .iter()
                        .all(|name| value.get(name.as_str().expect("a name")).is_some())
                }
                "properties" => {
                    self.properties(wanted, value, at, faults);
                    true
                }
                "additionalProperties" => {
                    assert_eq!(wanted, false);
                    let known = words.get("properties").and_then(Value::as_object);
                    let fields = value.as_object();
                    fields.is_none_or(|fields| fields.keys().all(|key| known.is_some_and(|it| it.contains_key(key))))
                }
                "items" => {
                    for (n, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.check(wanted, item, &format!("{at}/{n}"), faults);
                    }
                    true
                }
                "oneOf" => {
                    self.one_of(wanted, value, at, faults);
                    true
                }
                other => panic!("the validator does not know `{other}`"),
            };
            if !holds {
                faults.push(format!("{at}: {word} {wanted} does not hold for {value}"));
            }
        }
    }

    fn properties(&self, wanted: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
        let none = Map::new();
        let wanted = wanted.as_object().unwrap_or(&none);
        for (key, field) in value.as_object().into_iter().flatten() {
            if let Some(schema) = wanted.get(key) {
                self.check(schema, field, &format!("{at}/{key}"), faults);
            }
        }
    }

    fn one_of(&self, wanted: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
        let mut least: Option<Vec<String>> = None;
        let mut fits = 0;
        for schema in wanted.as_array().expect("a list") {
            let mut inner = Vec::new();
            self.check(schema, value, at, &mut inner);
            fits += usize::from(inner.is_empty());
            if least.as_ref().is_none_or(|least| inner.len() < least.len()) {
                least = Some(inner);
            }
        }
        match fits {
            1 => {}
            0 => faults.extend(least.unwrap_or_default()),
            _ => faults.push(format!("{at}: {fits} kinds fit {value}")),
        }
    }
}

fn is_a(value: &Value, name: &Value) -> bool {
    match name.as_str().expect("the name of a type") {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "integer" => value.is_u64() || value.is_i64(),
        other => panic!("the validator does not know the type `{other}`"),
    }
}
