//! `cargo verify`: every check of the repository, each with its time. The first failure hides
//! none of the others.

mod book;
mod checks;
mod clients;
mod run;
mod size;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use cargo_toolgate::Result;
use cargo_toolgate::step::Step;

/// How one check ended.
struct Outcome {
    title: &'static str,
    elapsed: Duration,
    /// What a success says beyond that it is one.
    result: std::result::Result<String, String>,
}

fn main() -> ExitCode {
    let started = Instant::now();
    let mut outcomes = Vec::new();
    for (title, check) in checks::ALL {
        outcomes.push(perform(title, *check));
    }
    println!("\nSummary");
    for Outcome { title, elapsed, result } in &outcomes {
        let (mark, detail) = match result {
            Ok(detail) => ("✓", detail.as_str()),
            Err(_) => ("✗", "failed; see above"),
        };
        println!("  {mark}  {:>6.1} s  {title:<24} {detail}", elapsed.as_secs_f64());
    }
    println!("  in {:.0} s", started.elapsed().as_secs_f64());
    let failed = outcomes.iter().filter(|outcome| outcome.result.is_err()).count();
    println!("{} passed, {failed} failed", outcomes.len() - failed);
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn perform(title: &'static str, check: fn(&mut Step) -> Result<String>) -> Outcome {
    let mut step = Step::start(title);
    let (elapsed, result) = match check(&mut step) {
        Ok(detail) => (step.done(), Ok(detail)),
        Err(error) => (step.failed(), Err(error.to_string())),
    };
    match &result {
        Ok(detail) if !detail.is_empty() => println!("      {detail}"),
        Ok(_) => {}
        Err(error) => println!("error: {error}\n"),
    }
    Outcome { title, elapsed, result }
}
