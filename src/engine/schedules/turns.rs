//! Which thread runs next. A schedule is one number: the same number gives the same order of all steps.

use shuttle::scheduler::{Schedule, Scheduler, Task, TaskId};
use std::cell::Cell;
use std::ops::Range;

std::thread_local! {
    static SCHEDULE: Cell<u64> = const { Cell::new(0) };
}

/// The number of the schedule that runs on this thread of the system, or ran last.
pub(super) fn schedule() -> u64 {
    SCHEDULE.get()
}

/// Numbers that look random and follow from one.
#[derive(Debug, Clone)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ 0x5eed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }
}

/// How the next thread is found.
#[derive(Debug)]
enum Way {
    /// Any of those that can run.
    Random,
    /// The same again, but for one step of so many.
    Sticky(u64),
    /// The one of the highest priority; at a few steps the running thread's becomes the lowest. This finds what needs
    /// few changes of thread, at just the right steps (probabilistic concurrency testing).
    Priorities { of: Vec<u64>, lowest: u64, changes: [u64; 3] },
}

/// Schedules of a range of numbers, one after the other.
#[derive(Debug)]
pub(super) struct Turns {
    schedules: Range<u64>,
    dice: Dice,
    way: Way,
    step: u64,
}

impl Turns {
    pub(super) fn new(schedules: Range<u64>) -> Turns {
        Turns { schedules, dice: Dice::new(0), way: Way::Random, step: 0 }
    }
}

impl Scheduler for Turns {
    fn new_execution(&mut self) -> Option<Schedule> {
        let schedule = self.schedules.next()?;
        SCHEDULE.set(schedule);
        self.dice = Dice::new(schedule);
        self.step = 0;
        self.way = match self.dice.below(4) {
            0 => Way::Random,
            1 => Way::Sticky(2 << self.dice.below(5)),
            // some early, some late: nobody knows how many steps there will be
            _ => Way::Priorities {
                of: Vec::new(),
                lowest: 1 << 32,
                changes: [(); 3].map(|()| {
                    let scale = 4 + self.dice.below(9);
                    self.dice.below(1 << scale)
                }),
            },
        };
        Some(Schedule::new(schedule))
    }

    fn next_task(&mut self, runnable: &[&Task], current: Option<TaskId>, yields: bool) -> Option<TaskId> {
        if let [only] = runnable {
            return Some(only.id());
        }
        self.step += 1;
        match &mut self.way {
            Way::Random => {}
            Way::Sticky(steps) => {
                let stays = current.filter(|current| runnable.iter().any(|task| task.id() == *current));
                if let Some(current) = stays.filter(|_| !yields && self.dice.below(*steps) != 0) {
                    return Some(current);
                }
            }
            Way::Priorities { of, lowest, changes } => {
                let known = runnable.iter().map(|task| usize::from(task.id())).max().unwrap_or_default();
                while of.len() <= known {
                    of.push(*lowest + 1 + self.dice.below(1 << 32));
                }
                if let Some(current) = current.filter(|_| yields || changes.contains(&self.step)) {
                    *lowest -= 1;
                    of[usize::from(current)] = *lowest;
                }
                return runnable.iter().map(|task| task.id()).max_by_key(|id| of[usize::from(*id)]);
            }
        }
        let any = self.dice.below(runnable.len() as u64);
        Some(runnable[any as usize].id())
    }

    fn next_u64(&mut self) -> u64 {
        self.dice.next()
    }
}
