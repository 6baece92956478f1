//! A thread that does something once, some time after it was asked to: so that the guard does not wait for a further
//! write.

use crate::domain::Fault;
use parking_lot::{Condvar, Mutex};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Reminds after a while. Dropping it ends the thread: nothing is reminded of afterwards.
pub(super) struct Reminder {
    shared: Arc<(Mutex<State>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Idle,
    /// Somebody asked.
    Asked,
    Stopped,
}

impl Reminder {
    /// Calls `remind` once for each time that it was asked while it was idle, `after` that.
    pub(super) fn start(after: Duration, remind: impl Fn() + Send + 'static) -> Result<Reminder, Fault> {
        let shared = Arc::new((Mutex::new(State::Idle), Condvar::new()));
        let thread = thread::Builder::new().name("accruedb-guard".to_owned()).spawn({
            let shared = shared.clone();
            move || {
                while wait(&shared, after) {
                    remind();
                }
            }
        });
        let thread = thread.map_err(|error| Fault::io(format!("cannot start the guard's thread: {error}")))?;
        Ok(Reminder { shared, thread: Some(thread) })
    }

    /// Asks to be reminded, unless that was asked already.
    pub(super) fn ask(&self) {
        let (state, changed) = &*self.shared;
        let mut state = state.lock();
        if *state == State::Idle {
            *state = State::Asked;
            changed.notify_one();
        }
    }
}

/// Waits until it is time to remind. Returns whether there is anybody left to remind.
fn wait((state, changed): &(Mutex<State>, Condvar), after: Duration) -> bool {
    let mut state = state.lock();
    changed.wait_while(&mut state, |state| *state == State::Idle);
    changed.wait_while_for(&mut state, |state| *state == State::Asked, after);
    if *state == State::Stopped {
        return false;
    }
    *state = State::Idle;
    true
}

impl Drop for Reminder {
    fn drop(&mut self) {
        let (state, changed) = &*self.shared;
        *state.lock() = State::Stopped;
        changed.notify_one();
        // it holds nothing that a panic in it would leave half done
        drop(self.thread.take().map(JoinHandle::join));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn it_reminds_once_for_what_was_asked_meanwhile_and_never_after_its_end() {
        let (said, heard) = channel();
        let reminder = Reminder::start(Duration::from_millis(200), move || said.send(()).unwrap()).unwrap();
        assert!(heard.recv_timeout(Duration::from_millis(300)).is_err(), "nobody asked");
        (0..3).for_each(|_| reminder.ask());
        heard.recv_timeout(Duration::from_secs(60)).unwrap();
        assert!(heard.recv_timeout(Duration::from_millis(300)).is_err(), "asked three times together");
        reminder.ask();
        heard.recv_timeout(Duration::from_secs(60)).unwrap();
        reminder.ask();
        drop(reminder);
        assert!(heard.recv().is_err(), "reminded after the end");
    }
}
