//! Threads that do the work, with a bounded queue before them: what has no room is refused at once.

use crossbeam::channel::{Receiver, Sender, TrySendError, bounded};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use tokio::sync::oneshot;

type Job = Box<dyn FnOnce() + Send>;

/// Why a job has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoAnswer {
    /// The queue is full: nothing was done.
    Full,
    /// The job panicked.
    Panicked,
}

/// Threads with a queue.
#[derive(Debug)]
pub(super) struct Pool {
    jobs: Option<Sender<Job>>,
    threads: Vec<JoinHandle<()>>,
    busy: Arc<AtomicUsize>,
}

impl Pool {
    pub(super) fn new(name: &str, threads: usize, queue_max: usize) -> std::io::Result<Pool> {
        let (jobs, queue): (Sender<Job>, Receiver<Job>) = bounded(queue_max);
        let busy = Arc::new(AtomicUsize::new(0));
        let threads = (0..threads.max(1)).map(|_| {
            let (queue, busy) = (queue.clone(), busy.clone());
            let body = move || {
                for job in queue {
                    busy.fetch_add(1, Ordering::Relaxed);
                    job();
                    busy.fetch_sub(1, Ordering::Relaxed);
                }
            };
            std::thread::Builder::new().name(format!("accruedb-{name}")).spawn(body)
        });
        Ok(Pool { jobs: Some(jobs), threads: threads.collect::<std::io::Result<_>>()?, busy })
    }

    /// Does `job` on one of the threads.
    pub(super) async fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, NoAnswer> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move || {
            let done = catch_unwind(AssertUnwindSafe(job));
            // where nobody waits any more, the work is done all the same
            let _ = answer.send(done.map_err(|_| NoAnswer::Panicked));
        });
        let Some(jobs) = &self.jobs else { return Err(NoAnswer::Full) };
        match jobs.try_send(job) {
            Ok(()) => answered.await.unwrap_or(Err(NoAnswer::Panicked)),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => Err(NoAnswer::Full),
        }
    }

    /// Jobs that wait.
    pub(super) fn waiting(&self) -> usize {
        self.jobs.as_ref().map_or(0, Sender::len)
    }

    /// Threads that work.
    pub(super) fn busy(&self) -> usize {
        self.busy.load(Ordering::Relaxed)
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            // its jobs catch their own panics
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;
    use std::time::Duration;

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
    }

    #[test]
    fn what_has_no_room_is_refused_at_once_and_a_panic_ends_one_job_only() {
        let pool = Arc::new(Pool::new("test", 1, 1).unwrap());
        let (open, door) = mpsc::channel::<()>();
        block_on(async {
            let first = pool.clone();
            let blocked = tokio::spawn(async move { first.run(move || door.recv().is_ok()).await });
            while pool.busy() == 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            let second = pool.clone();
            let queued = tokio::spawn(async move { second.run(|| 7).await });
            while pool.waiting() == 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            assert_eq!(pool.run(|| 8).await, Err(NoAnswer::Full));
            open.send(()).unwrap();
            assert_eq!(blocked.await.unwrap(), Ok(true));
            assert_eq!(queued.await.unwrap(), Ok(7));
            assert_eq!(pool.run(|| -> u8 { panic!("planned") }).await, Err(NoAnswer::Panicked));
            assert_eq!(pool.run(|| 9).await, Ok(9));
        });
    }
}
