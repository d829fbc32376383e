//! Streams that are almost those of a run: lines are lost, come twice or at another place, values are exchanged, and text
//! gets in.

/// One of every event, in two runs; and what is seldom in them.
const STREAMS: [&str; 3] = [
    include_str!("../../../../async-test-core/src/report/golden/events.jsonl"),
    include_str!("../../../../async-test-core/src/report/golden/events_bail.jsonl"),
    include_str!("../../../../async-test-core/src/report/golden/events_rare.jsonl"),
];

/// What stands where a number was.
const NUMBERS: [&str; 12] = [
    "0",
    "1",
    "2",
    "-1",
    "1099511627776",
    "1099511627777",
    "4294967295",
    "4294967296",
    "18446744073709551615",
    "18446744073709551616",
    "1e400",
    "0.5",
];

const MAX_EDITS: usize = 12;

/// Choices out of bytes; zeros when there are no more.
struct Choices<'a>(&'a [u8]);

impl Choices<'_> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else {
            return 0;
        };
        self.0 = rest;
        *first
    }

    fn below(&mut self, end: usize) -> usize {
        let number = usize::from(self.byte()) << 8 | usize::from(self.byte());
        number % end.max(1)
    }

    fn some(&mut self) -> Vec<u8> {
        let count = usize::from(self.byte() % 32).min(self.0.len());
        let (some, rest) = self.0.split_at(count);
        self.0 = rest;
        some.to_vec()
    }
}

/// A stream to which happened what the bytes say.
pub fn damaged(bytes: &[u8]) -> Vec<u8> {
    let mut choices = Choices(bytes);
    let stream = STREAMS[choices.below(STREAMS.len())];
    let mut lines: Vec<Vec<u8>> = stream.split_inclusive('\n').map(|it| it.as_bytes().to_vec()).collect();
    for _ in 0..MAX_EDITS {
        if choices.0.is_empty() || lines.is_empty() {
            break;
        }
        edit(&mut lines, &mut choices);
    }
    lines.concat()
}

fn edit(lines: &mut Vec<Vec<u8>>, choices: &mut Choices<'_>) {
    let (what, at) = (choices.byte() % 13, choices.below(lines.len()));
    match what {
        0 => drop(lines.remove(at)),
        1 => {
            let line = lines[at].clone();
            lines.insert(choices.below(lines.len() + 1), line);
        }
        2 => {
            let other = choices.below(lines.len());
            lines.swap(at, other);
        }
        3 => {
            lines.truncate(at + 1);
            let length = choices.below(lines[at].len());
            lines[at].truncate(length);
        }
        4 => {
            let line = &mut lines[at];
            let from = choices.below(line.len() + 1);
            let to = (from + choices.below(4)).min(line.len());
            line.splice(from..to, choices.some());
        }
        5 => {
            let number = NUMBERS[choices.below(NUMBERS.len())].as_bytes().to_vec();
            replace(&mut lines[at], numbers, choices, number);
        }
        6 => {
            // Another number of the stream: suites become each other's parents.
            let other = &lines[choices.below(lines.len())];
            let all = numbers(other);
            if let Some((from, to)) = all.get(choices.below(all.len())) {
                let number = other[*from..*to].to_vec();
                replace(&mut lines[at], numbers, choices, number);
            }
        }
        7 => {
            let text = String::from_utf8_lossy(&choices.some()).into_owned();
            let text: String = text.chars().map(escaped).collect();
            replace(&mut lines[at], texts, choices, text.into_bytes());
        }
        8 => {
            let other = &lines[choices.below(lines.len())];
            let all = texts(other);
            if let Some((from, to)) = all.get(choices.below(all.len())) {
                let text = other[*from..*to].to_vec();
                replace(&mut lines[at], texts, choices, text);
            }
        }
        9 => adopt(lines, choices),
        10 => drop(lines.pop()),
        _ => {
            let line = lines.remove(at);
            lines.truncate(choices.below(lines.len() + 1));
            lines.push(line);
        }
    }
}

/// A suite becomes the child of another, or of itself.
fn adopt(lines: &mut [Vec<u8>], choices: &mut Choices<'_>) {
    let begins = |line: &Vec<u8>| line.windows(9).any(|it| it == b"\"parent\":") && numbers(line).len() > 2;
    let suites: Vec<usize> = (0..lines.len()).filter(|at| begins(&lines[*at])).collect();
    if suites.is_empty() {
        return;
    }
    let (child, parent) = (suites[choices.below(suites.len())], suites[choices.below(suites.len())]);
    // The version, the number of the suite, and that of its parent are the first numbers of such a line.
    let (from, to) = numbers(&lines[parent])[1];
    let id = lines[parent][from..to].to_vec();
    let (from, to) = numbers(&lines[child])[2];
    lines[child].splice(from..to, id);
}

fn escaped(c: char) -> String {
    match c {
        '"' | '\\' => format!("\\{c}"),
        '\0'..' ' => format!("\\u{:04x}", u32::from(c)),
        c => c.to_string(),
    }
}

fn replace(line: &mut Vec<u8>, places: fn(&[u8]) -> Vec<(usize, usize)>, choices: &mut Choices<'_>, with: Vec<u8>) {
    let all = places(line);
    if let Some((from, to)) = all.get(choices.below(all.len())) {
        line.splice(*from..*to, with);
    }
}

/// Where numbers stand as values.
fn numbers(line: &[u8]) -> Vec<(usize, usize)> {
    let starts = line.windows(2).enumerate();
    let starts = starts.filter(|(_, pair)| pair[0] == b':' && pair[1].is_ascii_digit());
    let length = |from: usize| line[from..].iter().take_while(|it| it.is_ascii_digit()).count();
    starts.map(|(at, _)| (at + 1, at + 1 + length(at + 1))).collect()
}

/// Where texts stand between quotes, keys among them.
fn texts(line: &[u8]) -> Vec<(usize, usize)> {
    let mut quotes = Vec::new();
    let mut is_escaped = false;
    for (at, byte) in line.iter().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => quotes.push(at),
            _ => {}
        }
    }
    quotes.chunks_exact(2).map(|pair| (pair[0] + 1, pair[1])).collect()
}
