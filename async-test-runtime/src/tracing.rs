//! Events of the crate `tracing`, kept with the suite that they happened in. Needs the feature `tracing`.
//!
//! An event belongs to the suite of the task that it happens in: the body, a subtest, a job, a verifier. In a task or a
//! thread that knows of no suite it belongs to that of the innermost span around it that was made in one; so
//! `tokio::spawn(work.in_current_span())` is enough to be found. What belongs to no suite is printed, where the subscriber
//! is ours, and told like everything that is printed.
//!
//! Nothing has to be set up: where the process has no subscriber yet, one that does just this is set before the first
//! suite begins. To have more, register your own with [`register_subscriber!`](crate::register_subscriber) and give it
//! [`layer`]. What is kept is for `ASYNC_TEST_LOG` and `--log` to say: `info` by default, and
//! `ASYNC_TEST_LOG=debug,hyper=warn` for instance.
//!
//! For the crate `log` use `tracing-log`, or [`Suite::log`](crate::Suite::log) in a logger of your own.

use std::fmt::{self, Write as _};
use std::sync::{Arc, OnceLock, Weak};

use tracing_core::field::{Field, Visit};
use tracing_core::span::{Attributes, Id, Record};
use tracing_core::subscriber::Interest;
use tracing_core::{Dispatch, Event, Level, LevelFilter, Metadata, Subscriber, dispatcher};
use tracing_subscriber::layer::{Context, Filter, Layer, SubscriberExt as _};
use tracing_subscriber::registry::{LookupSpan, Registry};

use crate::options::{LogFilter, LogLevel};
use crate::record::LogLine;
use crate::suite::{Shared, Suite};

/// A layer that keeps events with their suites, for a subscriber of your own.
///
/// What belongs to no suite it leaves to the other layers. It has a filter of its own, so it sees what it is to see
/// whatever other layers leave out, and the reverse.
///
/// ```
/// use tracing_subscriber::layer::SubscriberExt as _;
///
/// fn subscriber() -> impl tracing_core::Subscriber + Send + Sync {
///     tracing_subscriber::registry().with(async_test_runtime::tracing::layer())
/// }
/// async_test_runtime::register_subscriber!(subscriber);
/// ```
pub fn layer<S>() -> impl Layer<S> + Send + Sync + 'static
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    Recorder { prints_rest: false }.with_filter(Wanted(filter().clone()))
}

static FILTER: OnceLock<LogFilter> = OnceLock::new();

fn filter() -> &'static LogFilter {
    FILTER.get_or_init(|| {
        // Nobody has read the command line yet.
        let options = crate::options::process().options(&[]);
        options.map(|(options, _)| options.log).unwrap_or_default()
    })
}

/// One registered subscriber. Made by `register_subscriber!`.
#[derive(Debug)]
pub struct RegisteredSubscriber(pub fn() -> Dispatch);

inventory::collect!(RegisteredSubscriber);

/// Registers the subscriber of `tracing` for the suites of a binary: `register_subscriber!(subscriber);` with the path of a
/// function that makes it. It is set before the first suite begins, under `main!` and under the built-in harness, unless
/// the process has one by then. There can be one in a binary. Needs the feature `tracing`.
#[macro_export]
macro_rules! register_subscriber {
    ($make:path) => {
        $crate::__rt::inventory::submit! {
            $crate::__rt::RegisteredSubscriber(|| $crate::__rt::dispatch($make()))
        }
    };
}

/// The subscriber in a form that can be set.
pub fn dispatch(subscriber: impl Subscriber + Send + Sync + 'static) -> Dispatch {
    Dispatch::new(subscriber)
}

/// Sets the subscriber of the process, if it has none and something is to be kept.
///
/// # Errors
///
/// When several are registered, which may be one too many and may be the wrong one.
pub(crate) fn install(wanted: &LogFilter) -> Result<(), String> {
    let filter = FILTER.get_or_init(|| wanted.clone());
    let mut registered = inventory::iter::<RegisteredSubscriber>.into_iter();
    let subscriber = match (registered.next(), registered.next()) {
        (Some(_), Some(_)) => {
            return Err("several subscribers are registered with `register_subscriber!`; leave one".to_owned());
        }
        (Some(it), None) => (it.0)(),
        (None, _) if filter.is_off() => return Ok(()),
        (None, _) => {
            let recorder = Recorder { prints_rest: true }.with_filter(Wanted(filter.clone()));
            Dispatch::new(Registry::default().with(recorder))
        }
    };
    // An error means that the process has one, which is as well.
    let _ = dispatcher::set_global_default(subscriber);
    Ok(())
}

/// Leaves out what nobody wants.
struct Wanted(LogFilter);

impl Wanted {
    fn keeps(&self, metadata: &Metadata<'_>) -> bool {
        let level = level(metadata.level());
        // What comes from the crate `log` has its target among its fields.
        match metadata.target() {
            FROM_LOG => self.0.most().is_some_and(|most| level <= most),
            target => self.0.keeps(target, level),
        }
    }
}

impl<S> Filter<S> for Wanted {
    fn enabled(&self, metadata: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        self.keeps(metadata)
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        match self.keeps(metadata) {
            true => Interest::always(),
            false => Interest::never(),
        }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(match self.0.most() {
            None => LevelFilter::OFF,
            Some(LogLevel::Error) => LevelFilter::ERROR,
            Some(LogLevel::Warn) => LevelFilter::WARN,
            Some(LogLevel::Info) => LevelFilter::INFO,
            Some(LogLevel::Debug) => LevelFilter::DEBUG,
            Some(LogLevel::Trace) => LevelFilter::TRACE,
        })
    }
}

fn level(level: &Level) -> LogLevel {
    match *level {
        Level::ERROR => LogLevel::Error,
        Level::WARN => LogLevel::Warn,
        Level::INFO => LogLevel::Info,
        Level::DEBUG => LogLevel::Debug,
        Level::TRACE => LogLevel::Trace,
    }
}

/// The target of all events that the crate `tracing-log` makes.
const FROM_LOG: &str = "log";

struct Recorder {
    /// What belongs to no suite has nobody else to tell it.
    prints_rest: bool,
}

/// What is known of a span.
struct Told {
    values: Values,
    /// The suite that it was made in. It keeps no suite alive.
    suite: Option<Weak<Shared>>,
}

impl<S> Layer<S> for Recorder
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut values = Values::default();
        attributes.record(&mut values);
        let suite = Suite::try_current().map(|suite| Arc::downgrade(&suite.0));
        span.extensions_mut().insert(Told { values, suite });
    }

    fn on_record(&self, id: &Id, record: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        if let Some(told) = span.extensions_mut().get_mut::<Told>() {
            record.record(&mut told.values);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut values = Values::default();
        event.record(&mut values);
        let target = match (event.metadata().target(), values.target.take()) {
            (FROM_LOG, Some(target)) => target,
            (target, _) => target.to_owned(),
        };
        let level = level(event.metadata().level());
        if event.metadata().target() == FROM_LOG && !filter().keeps(&target, level) {
            return;
        }
        let mut line = LogLine::new(level, target, values.message());
        let mut around = None;
        for span in context
            .event_scope(event)
            .into_iter()
            .flat_map(|scope| scope.from_root())
        {
            let extensions = span.extensions();
            let told = extensions.get::<Told>();
            let values = told.map(|told| told.values.in_braces()).unwrap_or_default();
            line.spans.push(format!("{}{values}", span.name()));
            let suite = told.and_then(|told| told.suite.as_ref());
            around = suite.and_then(Weak::upgrade).map(Suite).or(around);
        }
        match Suite::try_current().or(around).filter(Suite::takes_log) {
            Some(suite) => _ = suite.log(line),
            None if self.prints_rest => print(&format!("{line}\n")),
            None => {}
        }
    }
}

/// Where it is captured it is told with the names of those it may be of.
#[expect(clippy::print_stderr, reason = "the harness captures it, or we do")]
fn print(text: &str) {
    eprint!("{text}");
}

/// Fields as text.
#[derive(Default)]
struct Values {
    message: String,
    others: String,
    target: Option<String>,
}

impl Values {
    fn message(self) -> String {
        match (self.message.is_empty(), self.others.is_empty()) {
            (false, false) => format!("{} {}", self.message, self.others),
            (false, true) => self.message,
            (true, _) => self.others,
        }
    }

    fn in_braces(&self) -> String {
        match self.others.is_empty() {
            true => String::new(),
            false => format!("{{{}}}", self.others),
        }
    }

    fn add(&mut self, field: &Field, value: &dyn fmt::Display) {
        let space = if self.others.is_empty() { "" } else { " " };
        // Writing to a string does not fail; what fails to describe itself has said what it can.
        let _ = write!(self.others, "{space}{}={value}", field.name());
    }
}

impl Visit for Values {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        match field.name() {
            "message" => self.message = format!("{value:?}"),
            name if name.starts_with("log.") => {}
            _ => self.add(field, &format_args!("{value:?}")),
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => value.clone_into(&mut self.message),
            "log.target" => self.target = Some(value.to_owned()),
            _ => self.record_debug(field, &value),
        }
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.add(field, &value);
    }
}
