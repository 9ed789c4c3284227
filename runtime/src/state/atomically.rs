//! Transactions in the object that keeps state.

use std::cell::RefCell;
use std::rc::Rc;

use worker::js_sys::{Function, JsString, Reflect};
use worker::wasm_bindgen::closure::Closure;
use worker::wasm_bindgen::{JsCast, JsValue};

use super::object::words;
use crate::platform::host::{SqlStorage, Storage};

/// All of the work or none of it: `transactionSync`, which worker-rs does not have.
pub(super) fn atomically<T: 'static>(
    storage: &Storage,
    work: impl FnOnce(&SqlStorage) -> Result<T, String> + 'static,
) -> Result<T, String> {
    let done = Rc::new(RefCell::new(None));
    let (slot, sql) = (Rc::clone(&done), storage.sql());
    let mut work = Some(work);
    let closure = Closure::wrap(Box::new(move || -> Result<(), JsValue> {
        let Some(work) = work.take() else { return Ok(()) };
        match work(&sql) {
            Ok(result) => {
                slot.replace(Some(Ok(result)));
                Ok(())
            }
            Err(message) => {
                let thrown = JsValue::from_str(&message);
                slot.replace(Some(Err(message)));
                // What is thrown undoes the statements before it.
                Err(thrown)
            }
        }
    }) as Box<dyn FnMut() -> Result<(), JsValue>>);
    let raw: &JsValue = storage.as_raw().as_ref();
    let called = Reflect::get(raw, &JsString::from("transactionSync"))
        .and_then(|function| function.dyn_into::<Function>())
        .and_then(|function| function.call1(raw, closure.as_ref()));
    match (called, done.take()) {
        (Ok(_), Some(result)) | (Err(_), Some(result @ Err(_))) => result,
        // The work was done, and could not be kept.
        (Err(error), _) => Err(words(&error.into())),
        (Ok(_), None) => Err("the transaction was not run".to_owned()),
    }
}
