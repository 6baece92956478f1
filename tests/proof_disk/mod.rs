//! The proofs that need a real disk and real processes: the engine works in a child process, which is killed, starved
//! or lied to; this process is the oracle, and knows every answer that came out before. What the machine lacks (a
//! tracer, loop devices, root) is reported as skipped.

mod ack_order;
mod apply;
mod backup;
mod block_log;
mod commands;
mod damage;
mod fault_fs;
mod kill;
mod machine;
mod oracle;
mod overload;
mod power;
mod starved;
mod syscalls;
mod trace;
mod work;
mod worker;
