//! AccrueDB is an embedded storage engine for loyalty points: it runs inside your process and keeps one database in one
//! directory.
//!
//! Members are given **point items**, each with its own expiry, source and payer; they redeem them first-to-expire first.
//! Partners pay from **point blocks** that they bought. Every command is decided by rules, written to a journal, synced, and
//! then answered. The journal is the audit log: the state follows from it, and [`Engine::verify`] proves that.
//!
//! It is **not** a rules engine (it is told how many points a promotion awards), not a CRM (it knows members by id), not an
//! SQL database, and not replicated.
//!
//! # An example
//!
//! ```
//! use accruedb::domain::*;
//! use accruedb::{Command, Engine, EngineOptions};
//! # #[cfg(feature = "rocksdb")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! let engine = Engine::open(folder.path(), EngineOptions::default())?;
//! let (program, point_type, member) = (ProgramId(1), PointTypeId(1), "someone@example.com".parse()?);
//! let send = |request: u128, action: Action| engine.execute(&Command::new(program, RequestId(request), action));
//!
//! send(1, CreateProgram { enrolment: Enrolment::OnFirstAccrual, ..CreateProgram::default() }.into())?;
//! let expiry = Expiry::After(Span::days(180));
//! send(2, CreatePointType { point_type, expiry, ..CreatePointType::default() }.into())?;
//! let award = Award::new(point_type, Points(500));
//! send(3, Accrue { member, partner: None, awards: vec![award] }.into())?;
//! let receipt = send(4, Redeem { member, point_type, points: Points(120) }.into())?; // durable when it returns
//! assert_eq!(receipt.balances[0].available, Points(380));
//! # Ok(engine.close()?)
//! # }
//! # #[cfg(not(feature = "rocksdb"))]
//! # fn main() {}
//! ```
//!
//! # Three outcomes
//!
//! | what comes back | meaning | what to do |
//! |---|---|---|
//! | [`Receipt`] | done and durable, with every leg and the balances after it | nothing |
//! | [`Rejection`] | a rule refuses, with its figures; nothing changed | tell the customer |
//! | [`Error`] | the engine could not; its [`ErrorKind`] says why | fix the call, wait, reopen, restore |
//!
//! One request id has one effect. Send a command again with its id whenever you do not know what became of it.
//!
//! # Where to go
//!
//! - Many commands in flight: [`Engine::submit`] gives a [`Ticket`], which is also a future; [`Engine::execute_batch`].
//! - What a command would do: [`Engine::preview`]. In whose name it is done: [`Engine::by`].
//! - Balances, items, statements: [`Engine::balances`], [`Engine::items`], [`Engine::statement`].
//! - Every command: [`domain::Action`]. Every refusal: [`Rejection`].
//! - How it works and how to add to it: [`docs::architecture`]. What is proven, and how: [`docs::promises`].
//!   Running it: [`docs::operations`]. How fast it is: [`docs::performance`].

#[cfg(feature = "server")]
pub mod api;
#[cfg(any(feature = "cli", feature = "server"))]
pub mod chart;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "server")]
pub mod console;
pub mod docs;
pub mod domain;
pub mod engine;
#[doc(hidden)]
#[cfg(feature = "server")]
pub mod http;
pub mod look;
pub mod machine;
pub mod report;
#[doc(hidden)]
pub mod storage;

pub use domain::{Command, Receipt, Rejection};
pub use engine::{Engine, EngineOptions, Error, ErrorKind, ExecuteError, Ticket};

/// The examples of the README are tested.
#[cfg(all(doctest, feature = "rocksdb"))]
#[doc = include_str!("../README.md")]
struct Readme;
