//! How the service is told to end: a first signal drains, a second one, or too long a wait, ends at
//! once. Before there is anything to drain, the first ends at once.

use std::io;
use std::process::exit;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use tokio::runtime::Builder;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;

/// The whole end takes no longer, whatever hangs: a mail server that does not answer, a database
/// that went away. The database undoes what is under way then; a mail is sent once its lease has
/// ended, and a job is run again, as after a crash.
const LONGEST: Duration = Duration::from_secs(9);
/// Of a process that was interrupted, by convention of shells.
const INTERRUPTED: i32 = 130;
/// For a line of the log at the end.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// Whoever hears the signals, and waits to be told what to drain.
pub(super) struct Hearing {
    duty: oneshot::Sender<Duty>,
}

/// What is to be done at the first signal.
struct Duty {
    server: ServerHandle,
    tell: Box<dyn FnOnce() + Send>,
}

/// Hears SIGTERM and SIGINT from now on. On a thread of its own, so that a second one is heard
/// however the service hangs.
///
/// To be called first: the kernel keeps signals from the first process of a container until it asks
/// for them, and a migration may take longer than whoever stops it waits.
///
/// # Errors
/// When the system gives no thread, or no signals.
pub(super) fn hear() -> io::Result<Hearing> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let signals = {
        let _entered = runtime.enter();
        Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        }
    };
    let (duty, told) = oneshot::channel();
    thread::Builder::new()
        .name("motcua-signals".into())
        .spawn(move || runtime.block_on(end(signals, told)))?;
    Ok(Hearing { duty })
}

impl Hearing {
    /// From now on the first signal has the server drain, and calls `tell`.
    pub(super) fn drains(self, server: ServerHandle, tell: impl FnOnce() + Send + 'static) {
        let tell = Box::new(tell);
        // Nobody hears it any more only while the process ends.
        drop(self.duty.send(Duty { server, tell }));
    }
}

struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

async fn end(mut signals: Signals, mut told: oneshot::Receiver<Duty>) {
    signals.next().await;
    let Ok(duty) = told.try_recv() else {
        // What is under way is a transaction, or is begun anew as after a crash.
        say(|| tracing::info!("ended before it served"));
        exit(0);
    };
    // The server hears it now; that it has stopped is seen by whoever runs it.
    drop(duty.server.stop(true));
    (duty.tell)();
    let limit = tokio::time::sleep(LONGEST);
    say(|| tracing::info!("ending"));
    tokio::select! {
        () = signals.next() => {
            say(|| tracing::warn!("told once more: ended at once"));
            exit(INTERRUPTED);
        }
        () = limit => {
            say(|| tracing::warn!("ended before all was done that was under way"));
            exit(0);
        }
    }
}

/// Logs beside the way to the end, which waits for it a moment only: whoever reads the log may hang,
/// and a line for a full pipe waits for ever.
pub(super) fn say(line: impl FnOnce() + Send + 'static) {
    let (said, heard) = mpsc::channel::<()>();
    let logging = thread::Builder::new().name("motcua-log".into());
    let started = logging.spawn(move || {
        line();
        drop(said);
    });
    if started.is_ok() {
        // Said, or given up; nobody sends anything.
        let _ = heard.recv_timeout(LAST_WORDS);
    }
}
