//! The proofs that need a real disk and real processes: the engine works in a child process, which is killed, starved
//! or lied to; this process is the oracle, and knows every answer that came out before. What the machine lacks (a
//! tracer, loop devices, root) is reported as skipped.

mod kill;
mod machine;
mod oracle;
mod work;
mod worker;
