//! A language server, spoken to as an editor does: messages of JSON-RPC over its standard streams.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// For a server that says nothing any more; it needs a small part of it.
const PATIENCE: Duration = Duration::from_secs(600);

pub(crate) struct Server {
    child: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    last_id: u64,
    /// Whether the server has loaded everything that it knows of.
    is_quiet: bool,
    deadline: Instant,
}

impl Server {
    /// Starts rust-analyzer in a package, and waits until it has loaded it.
    pub(crate) fn start(package: &Path, target: &Path) -> Server {
        let mut child = Command::new("rust-analyzer")
            .current_dir(package)
            .env("CARGO_TARGET_DIR", target)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("rust-analyzer is there: `sh tests/setup-rust-analyzer.sh` installs it");
        let (sender, messages) = mpsc::channel();
        let mut output = BufReader::new(child.stdout.take().expect("the stream is a pipe"));
        std::thread::spawn(move || {
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let mut server = Server {
            input: child.stdin.take().expect("the stream is a pipe"),
            child,
            messages,
            last_id: 0,
            is_quiet: false,
            deadline: Instant::now() + PATIENCE,
        };
        server.initialize(package);
        while !server.is_quiet {
            let message = server.next();
            server.handle(&message);
        }
        server
    }

    fn initialize(&mut self, package: &Path) {
        let root = uri(package);
        self.ask(
            "initialize",
            json!({
                "processId": std::process::id(),
                "rootUri": root,
                "workspaceFolders": [{ "uri": root, "name": "package" }],
                "initializationOptions": {
                    "checkOnSave": false,
                    "cachePriming": { "enable": false },
                    // Where the library's sources are missing, the server would install them into the toolchain.
                    "cargo": { "sysrootSrc": package },
                },
                "capabilities": {
                    "experimental": {
                        "serverStatusNotification": true,
                        "testExplorer": true,
                        "commands": { "commands": ["rust-analyzer.runSingle"] },
                    },
                },
            }),
        );
        self.send(&json!({ "method": "initialized", "params": {} }));
    }

    /// What an editor does when a file is opened.
    pub(crate) fn open(&mut self, file: &Path, text: &str) {
        let document = json!({ "uri": uri(file), "languageId": "rust", "version": 1, "text": text });
        self.send(&json!({ "method": "textDocument/didOpen", "params": { "textDocument": document } }));
    }

    /// What an editor does at each keystroke.
    pub(crate) fn change(&mut self, file: &Path, version: u64, text: &str) {
        let params = json!({
            "textDocument": { "uri": uri(file), "version": version },
            "contentChanges": [{ "text": text }],
        });
        self.send(&json!({ "method": "textDocument/didChange", "params": params }));
    }

    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Value {
        self.last_id += 1;
        let id = self.last_id;
        self.send(&json!({ "id": id, "method": method, "params": params }));
        loop {
            let mut message = self.next();
            if message["id"] == id && message["method"].is_null() {
                assert!(message["error"].is_null(), "{method}: {message}");
                return message["result"].take();
            }
            self.handle(&message);
        }
    }

    fn handle(&mut self, message: &Value) {
        if message["method"] == "experimental/serverStatus" {
            // Without the library's sources there is a warning.
            assert_ne!(message["params"]["health"], "error", "{message}");
            self.is_quiet = message["params"]["quiescent"] == true;
        } else if !message["id"].is_null() {
            // Requests of the server: settings, a bar that shows its progress.
            self.send(&json!({ "id": message["id"], "result": null }));
        }
    }

    fn next(&mut self) -> Value {
        let left = self.deadline.saturating_duration_since(Instant::now());
        self.messages
            .recv_timeout(left)
            .expect("rust-analyzer is alive (`rust-analyzer --version` says what is wrong where it is not)")
    }

    fn send(&mut self, message: &Value) {
        let mut message = message.clone();
        message["jsonrpc"] = json!("2.0");
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len()).expect("rust-analyzer listens");
        self.input.flush().expect("rust-analyzer listens");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// The next message, unless there is none any more.
fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        output.read_line(&mut line).ok().filter(|read| *read > 0)?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut text = vec![0; length];
    output.read_exact(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}
