//! How the service is told to end: a first signal drains, a second one, or too long a wait, ends at
//! once.

use std::io;
use std::thread;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use tokio::runtime::Builder;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// The whole end takes no longer, whatever hangs: a mail server that does not answer, a database
/// that went away. The database undoes what is under way then; a mail is sent once its lease has
/// ended, and a job is run again, as after a crash.
const LONGEST: Duration = Duration::from_secs(9);
/// Of a process that was interrupted, by convention of shells.
const INTERRUPTED: i32 = 130;

/// Hears SIGTERM and SIGINT from now on; the first has the server drain, and calls `tell`. On a
/// thread of its own, so that a second one is heard however the service hangs.
///
/// # Errors
/// When the system gives no thread, or no signals.
pub(super) fn hear(server: ServerHandle, tell: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let signals = {
        let _entered = runtime.enter();
        Signals {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        }
    };
    thread::Builder::new()
        .name("motcua-signals".into())
        .spawn(move || runtime.block_on(end(signals, server, tell)))?;
    Ok(())
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

async fn end(mut signals: Signals, server: ServerHandle, tell: impl FnOnce()) {
    signals.next().await;
    tracing::info!("ending");
    // The server hears it now; that it has stopped is seen by whoever runs it.
    drop(server.stop(true));
    tell();
    tokio::select! {
        () = signals.next() => {
            tracing::warn!("told once more: ended at once");
            std::process::exit(INTERRUPTED);
        }
        () = tokio::time::sleep(LONGEST) => {
            tracing::warn!("ended before all was done that was under way");
            std::process::exit(0);
        }
    }
}
