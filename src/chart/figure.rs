//! A figure: what is drawn, before it has a shape.

/// Most series of a figure: as many colours as the eye tells apart.
pub const SERIES_MAX: usize = 6;
/// Most points on the horizontal axis: a day of each of eleven years.
pub const POINTS_MAX: usize = 4_096;

/// How a figure is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A line from point to point.
    Line,
    /// A line that keeps its height until the next point: for amounts that hold until they change.
    Steps,
    /// Bars, those of several series side by side.
    Bars,
    /// Bars on top of each other: what is negative hangs below the axis.
    StackedBars,
}

/// The values of one name, one for each label of the figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// What the values are.
    pub name: String,
    /// One for each label.
    pub values: Vec<i128>,
}

/// Series over common labels, with all that a reader needs to know what they see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// What it shows, in a few words.
    pub title: String,
    /// The same for those who cannot see it: a sentence with the main figures.
    pub description: String,
    /// When this was so, as `as of 2026-03-01T12:00:00.000Z`.
    pub dated: String,
    /// What the values count, as `points`.
    pub unit: String,
    /// What the labels are, as `month`.
    pub axis: String,
    /// How it is drawn.
    pub form: Form,
    /// One for each point of the horizontal axis.
    pub labels: Vec<String>,
    /// What is drawn over them.
    pub series: Vec<Series>,
}

/// Why a figure cannot be drawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FigureError {
    /// A series has another number of values than the figure has labels.
    #[error("series {name:?} has {values} values for {labels} labels")]
    Uneven {
        /// The series.
        name: String,
        /// How many values it has.
        values: usize,
        /// How many labels there are.
        labels: usize,
    },
    /// More series than colours.
    #[error("{0} series, at most {SERIES_MAX}")]
    Series(usize),
    /// More points than can be drawn.
    #[error("{0} points on the axis, at most {POINTS_MAX}")]
    Points(usize),
}

impl Figure {
    /// Checks that the figure can be drawn.
    pub fn check(&self) -> Result<(), FigureError> {
        let (labels, series) = (self.labels.len(), self.series.len());
        if labels > POINTS_MAX {
            return Err(FigureError::Points(labels));
        }
        if series > SERIES_MAX {
            return Err(FigureError::Series(series));
        }
        match self.series.iter().find(|series| series.values.len() != labels) {
            Some(uneven) => Err(FigureError::Uneven { name: uneven.name.clone(), values: uneven.values.len(), labels }),
            None => Ok(()),
        }
    }

    /// The lowest and the highest place that anything drawn reaches, the axis included.
    pub(super) fn extent(&self) -> (i128, i128) {
        let mut extent = (0i128, 0i128);
        let mut reach = |value: i128| extent = (extent.0.min(value), extent.1.max(value));
        for point in 0..self.labels.len() {
            let values = self.series.iter().filter_map(|series| series.values.get(point));
            if self.form == Form::StackedBars {
                let (above, below): (Vec<i128>, Vec<i128>) = values.partition(|value| **value > 0);
                reach(above.into_iter().fold(0, i128::saturating_add));
                reach(below.into_iter().fold(0, i128::saturating_add));
            } else {
                values.for_each(|value| reach(*value));
            }
        }
        extent
    }
}
