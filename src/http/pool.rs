//! Threads that do the work, with a bounded queue before them: what has no room is refused at once.

use crossbeam::channel::{Receiver, Sender, TrySendError, bounded};
use parking_lot::Mutex;
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

/// Threads with a queue. A thread is started when there is more work than threads: a server that idles has one of each
/// kind, and little memory.
#[derive(Debug)]
pub(super) struct Pool {
    name: String,
    jobs: Option<Sender<Job>>,
    queue: Receiver<Job>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    /// How many there are, and how many there may be.
    started: AtomicUsize,
    threads_max: usize,
    /// Jobs that were taken and are not done.
    open: Arc<AtomicUsize>,
    busy: Arc<AtomicUsize>,
}

impl Pool {
    pub(super) fn new(name: &str, threads: usize, queue_max: usize) -> std::io::Result<Pool> {
        let (jobs, queue): (Sender<Job>, Receiver<Job>) = bounded(queue_max);
        let pool = Pool {
            name: format!("accruedb-{name}"),
            jobs: Some(jobs),
            queue,
            threads: Mutex::default(),
            started: AtomicUsize::new(0),
            threads_max: threads.max(1),
            open: Arc::default(),
            busy: Arc::default(),
        };
        pool.start()?;
        Ok(pool)
    }

    /// Starts one more thread, unless there are as many as there may be.
    fn start(&self) -> std::io::Result<()> {
        let mut threads = self.threads.lock();
        if threads.len() >= self.threads_max {
            return Ok(());
        }
        let (queue, busy, open) = (self.queue.clone(), self.busy.clone(), self.open.clone());
        let body = move || {
            for job in queue {
                busy.fetch_add(1, Ordering::Relaxed);
                job();
                busy.fetch_sub(1, Ordering::Relaxed);
                open.fetch_sub(1, Ordering::SeqCst);
            }
        };
        threads.push(std::thread::Builder::new().name(self.name.clone()).spawn(body)?);
        self.started.store(threads.len(), Ordering::SeqCst);
        Ok(())
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
        // IMPORTANT: counted before it is sent: whoever counts more jobs than threads starts one
        let open = self.open.fetch_add(1, Ordering::SeqCst).saturating_add(1);
        match jobs.try_send(job) {
            Ok(()) => {
                if open > self.started.load(Ordering::SeqCst) {
                    // where the system has no thread left, those that are there do the work
                    let _ = self.start();
                }
                answered.await.unwrap_or(Err(NoAnswer::Panicked))
            }
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                self.open.fetch_sub(1, Ordering::SeqCst);
                Err(NoAnswer::Full)
            }
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
        for thread in self.threads.get_mut().drain(..) {
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
    fn threads_are_started_for_work_that_waits() {
        let pool = Arc::new(Pool::new("test", 3, 10).unwrap());
        assert_eq!(pool.started.load(Ordering::SeqCst), 1);
        let (open, door) = crossbeam::channel::unbounded::<()>();
        block_on(async {
            let run = |_| {
                let (pool, door) = (pool.clone(), door.clone());
                tokio::spawn(async move { pool.run(move || door.recv().is_ok()).await })
            };
            let jobs: Vec<_> = (0..5).map(run).collect();
            while pool.busy() < 3 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            assert_eq!((pool.started.load(Ordering::SeqCst), pool.waiting()), (3, 2));
            (0..5).for_each(|_| open.send(()).unwrap());
            for job in jobs {
                assert_eq!(job.await.unwrap(), Ok(true));
            }
            assert_eq!(pool.run(|| 1).await, Ok(1));
        });
        while pool.open.load(Ordering::SeqCst) > 0 {
            std::thread::yield_now();
        }
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
