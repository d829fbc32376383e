//! What `quick-xml` reads in a JUnit document.

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

/// A `testcase`: its name, the message of its failure, and what is in its `system-out`.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Case {
    pub name: String,
    pub message: Option<String>,
    pub said: Option<String>,
}

/// The cases in their order.
///
/// # Panics
///
/// Where the text is no document.
pub fn cases(text: &str) -> Vec<Case> {
    let mut reader = Reader::from_str(text);
    let (mut cases, mut is_said) = (Vec::<Case>::new(), false);
    loop {
        let event = reader.read_event().expect("a document");
        let said = match event {
            Event::Eof => return cases,
            Event::Start(element) => {
                is_said = element.name().as_ref() == b"system-out";
                is_said.then(String::new).or_else(|| begun(&element, &mut cases))
            }
            Event::Empty(element) => begun(&element, &mut cases),
            Event::End(_) => {
                is_said = false;
                None
            }
            Event::Text(text) => Some(text.xml_content(XmlVersion::Implicit1_0).expect("UTF-8").into_owned()),
            Event::CData(text) => Some(text.xml_content(XmlVersion::Implicit1_0).expect("UTF-8").into_owned()),
            Event::GeneralRef(reference) => Some(match reference.resolve_char_ref().expect("a character") {
                Some(character) => character.to_string(),
                None => {
                    let name = reference.decode().expect("UTF-8");
                    resolve_predefined_entity(&name).expect("an entity of XML").to_owned()
                }
            }),
            _ => None,
        };
        if let (true, Some(case), Some(said)) = (is_said, cases.last_mut(), said) {
            case.said.get_or_insert_default().push_str(&said);
        }
    }
}

fn begun(element: &BytesStart<'_>, cases: &mut Vec<Case>) -> Option<String> {
    let attribute = |name: &str| {
        let attribute = element.try_get_attribute(name).expect("attributes");
        attribute.map(|it| {
            it.normalized_value(XmlVersion::Implicit1_0)
                .expect("a value")
                .into_owned()
        })
    };
    match element.name().as_ref() {
        b"testcase" => cases.push(Case {
            name: attribute("name").expect("a case has a name"),
            ..Case::default()
        }),
        b"failure" => {
            let message = attribute("message");
            cases.last_mut().expect("a failure is in a case").message = message;
        }
        _ => {}
    }
    None
}
