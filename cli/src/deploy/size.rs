//! The size of a bundle, as wrangler counts it, beside what Cloudflare takes.

use std::fmt;

/// Largest Worker of the Workers Free plan, compressed: 3 MB, counted in KiB as wrangler does.
/// <https://developers.cloudflare.com/workers/platform/limits/#worker-size>; 10 MB on Workers Paid.
const FREE_PLAN: f64 = 3.0 * 1024.0;

/// From where on one should know, in KiB.
const NEAR: f64 = 0.8 * FREE_PLAN;

/// Compressed, in KiB.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Size(f64);

impl Size {
    /// Of wrangler's line `Total Upload: 1082.91 KiB / gzip: 399.98 KiB`.
    pub(super) fn read(line: &str) -> Option<Self> {
        let gzip = line.trim().strip_prefix("Total Upload: ")?.split_once("gzip: ")?.1;
        gzip.strip_suffix(" KiB")?.parse().ok().map(Self)
    }

    pub(super) fn warning(self) -> Option<String> {
        let relation = match self.0 {
            size if size > FREE_PLAN => "is more than",
            size if size >= NEAR => "is near",
            _ => return None,
        };
        Some(format!(
            "{:.0} KiB {relation} the 3 MB that a Worker may have on the Workers Free plan (10 MB on Workers \
             Paid)\n  = help: `cargo tree -e normal --target wasm32-unknown-unknown` shows what is linked",
            self.0
        ))
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:.1} KiB compressed, {:.0} % of the free plan's 3 MB",
            self.0,
            self.0 / FREE_PLAN * 100.0
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(kib: &str) -> Size {
        let line = format!("Total Upload: 9999.99 KiB / gzip: {kib} KiB");
        Size::read(&line).expect("it is wrangler's line")
    }

    #[test]
    fn the_compressed_size_counts() {
        assert_eq!(size("399.98"), Size(399.98));
        assert_eq!(
            size("399.98").to_string(),
            "400.0 KiB compressed, 13 % of the free plan's 3 MB"
        );
        assert_eq!(Size::read("Total Upload: nothing"), None);
    }

    #[test]
    fn it_warns_near_the_limit_and_beyond_it() {
        assert_eq!(size("2400").warning(), None);
        let warning = |kib| size(kib).warning().unwrap_or_default();
        assert!(warning("2500").starts_with("2500 KiB is near the 3 MB"));
        assert!(warning("3072").contains("is near"));
        assert!(warning("3073").contains("is more than"));
    }
}
