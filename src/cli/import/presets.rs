//! Mappings of the exports that shops use most. Each is a file of options that `--explain` shows.

use super::mapping::Mapping;

/// An export whose columns are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Preset {
    /// Orders of Shopify: a line for each article, totals in the first.
    Shopify,
    /// Orders of WooCommerce.
    Woocommerce,
    /// The order grid of Magento Open Source.
    Magento,
    /// Transactions of Square.
    Square,
    /// The order grid of Adobe Commerce.
    AdobeCommerce,
}

impl Preset {
    pub(super) const ALL: [Preset; 5] =
        [Preset::Shopify, Preset::Woocommerce, Preset::Magento, Preset::Square, Preset::AdobeCommerce];

    /// Its name on the command line.
    pub(super) fn name(self) -> &'static str {
        match self {
            Preset::Shopify => "shopify",
            Preset::Woocommerce => "woocommerce",
            Preset::Magento => "magento",
            Preset::Square => "square",
            Preset::AdobeCommerce => "adobe-commerce",
        }
    }

    /// The file of its options, with what they are there for.
    pub(super) fn text(self) -> &'static str {
        match self {
            Preset::Shopify => include_str!("presets/shopify.toml"),
            Preset::Woocommerce => include_str!("presets/woocommerce.toml"),
            Preset::Magento => include_str!("presets/magento.toml"),
            Preset::Square => include_str!("presets/square.toml"),
            Preset::AdobeCommerce => include_str!("presets/adobe-commerce.toml"),
        }
    }

    pub(super) fn mapping(self) -> Result<Mapping, String> {
        toml::from_str(self.text()).map_err(|error| error.to_string())
    }

    /// Options over those of this preset.
    pub(super) fn under(self, own: Mapping) -> Result<Mapping, String> {
        let below = self.mapping()?;
        // one of two that exclude each other takes the other's place
        let (date, points, amount) = (own.date.is_some(), own.points_column.is_some(), own.amount_column.is_some());
        let below = Mapping {
            date_column: below.date_column.filter(|_| !date),
            amount_column: below.amount_column.filter(|_| !points),
            points_column: below.points_column.filter(|_| !amount),
            ..below
        };
        Ok(own.over(below))
    }
}
