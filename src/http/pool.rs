//! Threads that do the work, with a bounded queue before them: what has no room is refused at once.

use crossbeam::channel::{Receiver, Sender, bounded};
use parking_lot::Mutex;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::thread::JoinHandle;

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

    /// Begins some work on one of the threads. What is left of it is polled once there, and then by the caller: between
    /// the two, nobody is woken.
    pub(super) async fn run<F>(&self, begin: impl FnOnce() -> F + Send + 'static) -> Result<F::Output, NoAnswer>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let stage = Arc::new(Mutex::new(Stage::Waits(Waker::noop().clone())));
        let begun = stage.clone();
        // where nobody waits any more, the work is begun all the same
        self.send(Box::new(move || begin_at(&begun, begin)))?;
        poll_fn(|context| poll_at(&stage, context)).await
    }

    fn send(&self, job: Job) -> Result<(), NoAnswer> {
        let Some(jobs) = &self.jobs else { return Err(NoAnswer::Full) };
        // IMPORTANT: counted before it is sent: whoever counts more jobs than threads starts one
        let open = self.open.fetch_add(1, Ordering::SeqCst).saturating_add(1);
        if jobs.try_send(job).is_err() {
            self.open.fetch_sub(1, Ordering::SeqCst);
            return Err(NoAnswer::Full);
        }
        if open > self.started.load(Ordering::SeqCst) {
            // where the system has no thread left, those that are there do the work
            let _ = self.start();
        }
        Ok(())
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

/// How far some work has come.
enum Stage<F: Future> {
    /// No thread has begun it.
    Waits(Waker),
    /// It was begun: what is left of it.
    Begun(Pin<Box<F>>),
    /// It ended on the thread.
    Ended(Result<F::Output, NoAnswer>),
    /// Its end was told.
    Told,
}

/// Begins some work, and wakes its caller if that was all of it.
fn begin_at<F: Future>(stage: &Mutex<Stage<F>>, begin: impl FnOnce() -> F) {
    let begun = catch_unwind(AssertUnwindSafe(|| Box::pin(begin())));
    let mut stage = stage.lock();
    let Stage::Waits(waker) = std::mem::replace(&mut *stage, Stage::Told) else { return };
    let polled = begun.and_then(|mut rest| {
        let polled = catch_unwind(AssertUnwindSafe(|| rest.as_mut().poll(&mut Context::from_waker(&waker))));
        polled.map(|polled| (polled, rest))
    });
    *stage = match polled {
        // IMPORTANT: from now on, what it waits for wakes the caller
        Ok((Poll::Pending, rest)) => {
            *stage = Stage::Begun(rest);
            return;
        }
        Ok((Poll::Ready(output), _)) => Stage::Ended(Ok(output)),
        Err(_) => Stage::Ended(Err(NoAnswer::Panicked)),
    };
    drop(stage);
    waker.wake();
}

/// Goes on with some work, for its caller.
fn poll_at<F: Future>(stage: &Mutex<Stage<F>>, context: &mut Context<'_>) -> Poll<Result<F::Output, NoAnswer>> {
    let mut stage = stage.lock();
    match &mut *stage {
        Stage::Waits(waker) => {
            waker.clone_from(context.waker());
            Poll::Pending
        }
        Stage::Begun(rest) => rest.as_mut().poll(context).map(Ok),
        Stage::Ended(_) | Stage::Told => match std::mem::replace(&mut *stage, Stage::Told) {
            Stage::Ended(ended) => Poll::Ready(ended),
            Stage::Waits(_) | Stage::Begun(_) | Stage::Told => Poll::Pending,
        },
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
    use std::future::{Ready, ready};
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
                tokio::spawn(async move { pool.run(move || ready(door.recv().is_ok())).await })
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
            assert_eq!(pool.run(|| ready(1)).await, Ok(1));
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
            let blocked = tokio::spawn(async move { first.run(move || ready(door.recv().is_ok())).await });
            while pool.busy() == 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            let second = pool.clone();
            let queued = tokio::spawn(async move { second.run(|| ready(7)).await });
            while pool.waiting() == 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            assert_eq!(pool.run(|| ready(8)).await, Err(NoAnswer::Full));
            open.send(()).unwrap();
            assert_eq!(blocked.await.unwrap(), Ok(true));
            assert_eq!(queued.await.unwrap(), Ok(7));
            assert_eq!(pool.run(|| -> Ready<u8> { panic!("planned") }).await, Err(NoAnswer::Panicked));
            assert_eq!(pool.run(|| ready(9)).await, Ok(9));
        });
    }
}
