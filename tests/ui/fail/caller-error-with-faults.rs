use std::fmt;

use toolgate::prelude::*;

#[derive(Debug, CallerError)]
struct Generic<T>(T);

#[derive(Debug, CallerError)]
#[caller_error(internal)]
enum Faulty {
    #[caller_error(shown)]
    One,
    Two(#[caller_error(internal)] u8),
}

#[derive(Debug, CallerError)]
struct Mute;

impl fmt::Display for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("faulty")
    }
}

fn main() {}
