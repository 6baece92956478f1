//! The pictures: SVG of lines, steps, bars and stacked bars, the table beside them, and bars for a terminal.
//!
//! Pure functions of a [`Figure`]. Geometry is in whole units of the picture; no float comes near an amount. What the
//! numbers mean is not known here.

mod escape;
mod figure;
mod plot;
mod scale;
mod stacked;
mod svg;
mod table;
mod terminal;

pub use figure::{Figure, FigureError, Form, POINTS_MAX, SERIES_MAX, Series};
pub use stacked::settlements;
pub use svg::{CSS, Styled, svg};
pub use table::{grouped, table};
pub use terminal::bars;
