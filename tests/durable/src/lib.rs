//! Tools that keep state and run as tasks, for the end-to-end tests.

mod access;
mod state;
mod tasks;

toolgate::serve!();
