//! The bars of the chart: where they stand and how high they are, in percent of the drawing.
//!
//! Geometry may be a float; every amount that is written is not.

use super::{DayRange, DaySpend};
use crate::budget::Category;
use crate::money::NetAmount;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use time::Date;

/// The grid lines above the base line.
const LINES: u32 = 3;
/// What a grid line may stand for, times a power of ten.
const STEPS: [u32; 5] = [1, 2, 3, 4, 5];

/// The amounts of the grid lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    step: Decimal,
}

impl Scale {
    /// The lowest scale of round amounts that has room for `highest`.
    pub fn for_highest(highest: NetAmount) -> Self {
        let highest = highest.as_decimal().max(Decimal::new(3, 2));
        let mut power = Decimal::new(1, 2);
        loop {
            let step = STEPS.into_iter().map(|step| power * Decimal::from(step));
            if let Some(step) = step.into_iter().find(|step| *step * Decimal::from(LINES) >= highest) {
                return Self { step };
            }
            power *= Decimal::TEN;
        }
    }

    /// The amounts of the lines, the highest first and zero last.
    pub fn amounts(self) -> impl Iterator<Item = NetAmount> {
        (0..=LINES).rev().map(move |line| NetAmount::new(self.step * Decimal::from(line)))
    }

    /// How high an amount stands, in percent; a negative one does not stand at all.
    fn height(self, amount: NetAmount) -> f64 {
        let share = amount.as_decimal() / (self.step * Decimal::from(LINES)) * Decimal::ONE_HUNDRED;
        share.to_f64().unwrap_or_default().max(0.0)
    }
}

/// A piece of a bar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Piece {
    /// Which category it is.
    pub category: Category,
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
    /// To the right.
    pub width: f64,
    /// Downwards.
    pub height: f64,
}

/// The bars of some days.
#[derive(Clone, Debug, PartialEq)]
pub struct Bars {
    /// The grid.
    pub scale: Scale,
    /// The pieces of all bars.
    pub pieces: Vec<Piece>,
    /// Days to write below the bars, with their middle.
    pub labels: Vec<(Date, f64)>,
    /// Where the days to come begin, if some of them are.
    pub future: Option<f64>,
}

/// How much of its day a bar fills.
const FILLED: f64 = 0.68;
/// White between the pieces of a bar.
const GAP: f64 = 0.9;
/// The most days that are written below the bars.
const MAX_LABELS: i64 = 6;

impl Bars {
    /// Draws the days.
    pub fn new(days: DayRange, today: Date, by_day: &[DaySpend]) -> Self {
        // A correction takes nothing from the pieces of other categories.
        let stacked = |day: &DaySpend| -> NetAmount {
            Category::ALL.into_iter().map(|category| day.amounts.of(category).max(NetAmount::ZERO)).sum()
        };
        let highest = by_day.iter().map(stacked).max().unwrap_or_default();
        let scale = Scale::for_highest(highest);
        let width = 100.0 / float(days.count());
        let pieces = by_day.iter().flat_map(|day| pieces(scale, day, left(days, day.day), width)).collect();
        let middle = |day| (day, left(days, day) + width / 2.0);
        let labels = (0..days.count()).step_by(usize::try_from(label_step(days.count())).unwrap_or(1));
        let labels = labels.map(|number| middle(days.from + time::Duration::days(number))).collect();
        let future = (today < days.to).then(|| if today < days.from { 0.0 } else { left(days, today) + width });
        Self { scale, pieces, labels, future }
    }
}

/// Whole weeks between the labels of a month and longer.
const fn label_step(days: i64) -> i64 {
    if days <= MAX_LABELS + 1 {
        1
    } else {
        let weeks = days / 7 / MAX_LABELS + 1;
        weeks * 7
    }
}

fn left(days: DayRange, day: Date) -> f64 {
    100.0 * float((day - days.from).whole_days()) / float(days.count())
}

fn pieces(scale: Scale, day: &DaySpend, left: f64, width: f64) -> Vec<Piece> {
    let mut top = 100.0;
    let amounts = Category::ALL.map(|category| (category, scale.height(day.amounts.of(category))));
    let drawn = amounts.into_iter().filter(|(_, height)| *height > 0.0);
    drawn
        .map(|(category, height)| {
            top -= height;
            let height = (height - GAP).max(height / 2.0);
            Piece { category, x: left + width * (1.0 - FILLED) / 2.0, y: top.max(0.0), width: width * FILLED, height }
        })
        .collect()
}

#[expect(clippy::cast_precision_loss, reason = "a few hundred days")]
const fn float(number: i64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spending::CategoryAmounts;
    use time::macros::date;

    fn net(raw: &str) -> NetAmount {
        NetAmount::new(raw.parse().expect("a decimal"))
    }

    #[test]
    fn grid_lines_are_round_amounts_above_the_highest_bar() {
        for (highest, lines) in [
            ("0", "$0.03 $0.02 $0.01 $0.00"),
            ("4920.17", "$6,000.00 $4,000.00 $2,000.00 $0.00"),
            ("9.01", "$12.00 $8.00 $4.00 $0.00"),
            ("150", "$150.00 $100.00 $50.00 $0.00"),
            ("151", "$300.00 $200.00 $100.00 $0.00"),
            ("999999999", "$1,200,000,000.00 $800,000,000.00 $400,000,000.00 $0.00"),
        ] {
            let amounts = Scale::for_highest(net(highest)).amounts().map(NetAmount::cents);
            assert_eq!(amounts.collect::<Vec<_>>().join(" "), lines);
        }
    }

    #[test]
    fn bars_stay_within_the_drawing_and_corrections_have_none() {
        let days = DayRange::month_of(date!(2026 - 11 - 01));
        let day = |day, amounts: [&str; 3]| DaySpend { day, amounts: CategoryAmounts::new(amounts.map(net)) };
        let by_day = [day(date!(2026 - 11 - 01), ["1", "2", "3"]), day(date!(2026 - 11 - 30), ["60", "-59", "0"])];
        let bars = Bars::new(days, date!(2026 - 11 - 17), &by_day);
        assert_eq!(bars.pieces.len(), 4);
        for piece in &bars.pieces {
            assert!(piece.x >= 0.0 && piece.x + piece.width <= 100.0 && piece.y >= 0.0, "{piece:?}");
            assert!(piece.height > 0.0 && piece.y + piece.height <= 100.0, "{piece:?}");
        }
        assert_eq!(bars.labels.len(), 5, "1, 8, 15, 22 and 29 November");
        assert!(bars.future.is_some_and(|left| (left - 56.7).abs() < 0.1));
        assert_eq!(Bars::new(days, date!(2026 - 11 - 30), &by_day).future, None);
    }

    #[test]
    fn labels_are_few_in_any_period() {
        for count in 1..=crate::spending::MAX_DAYS {
            let days = DayRange::ending(date!(2026 - 11 - 17), count);
            let labels = Bars::new(days, days.to, &[]).labels.len();
            assert!((1..=7).contains(&labels), "{labels} labels of {count} days");
        }
    }
}
