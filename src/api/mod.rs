//! The routes as data: synchronous, without sockets. [`Api::call`] takes a method, a path and bytes, so that a server, a
//! console, tests and bindings of other languages all use the same operations and the same JSON.
//!
//! A route is a row of a table (`routes/`). The rows give the server its addresses, the OpenAPI document and the
//! matrix of who may call what. What a command's fields are is derived from the command.

mod access;
mod base64url;
mod books;
mod budget;
mod call;
mod command;
mod context;
mod cursor;
mod etag;
mod execute;
mod face;
mod json;
mod lists;
mod openapi;
mod params;
mod problem;
mod problems;
mod range;
mod render;
mod route;
mod routes;
mod settlement_views;
mod shape;
mod token;
pub mod token_file;
mod tracked;
mod views;

pub use books::{Books, LastAudit, LastBackup};
pub use budget::Spends;
pub(crate) use call::segments;
pub use call::{Answer, Call, Format, Head, Method, Page, Verb};
pub use context::{Context, Metrics};
pub use face::{Admitted, Api, ApiOptions, Streaming};
pub use openapi::{Version, document};
pub use params::{Kind, PAGE_DEFAULT, PAGE_MAX, Param, WAIT_MAX};
pub(crate) use params::{decoded, encoded};
pub(crate) use problem::rejection_status;
pub use problem::{CODES, Problem};
pub use render::{Begun, Response};
pub use route::{Access, Body, Bounded, Handle, Lane, Route, Shape};
pub use routes::all as routes;
pub use token::{Budget, ID_BYTES, SECRET_BYTES, Scope, Token};
