//! The Durable Objects of a test's server: those of production, on doubles of their platform.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::platform::bindings::Env;
use crate::platform::console::log_error;
use crate::platform::host::{Request, State};
use crate::platform::native::clock;
use crate::ports::app::App;
use crate::ports::object::Object;

/// The objects by their names.
type Objects = RefCell<BTreeMap<String, Rc<Object>>>;

/// Has the requests of this server to objects served by objects of its own.
pub(super) fn host(app: &'static App, env: &Env) {
    let Some(bindings) = env.bindings() else { return };
    let (objects, own) = (Rc::new(Objects::default()), env.clone());
    *bindings.objects.borrow_mut() = Some(Rc::new(move |name, request: Request| {
        let object = find(&objects, app, &own, name);
        Box::pin(async move { object.fetch(request).await })
    }));
}

/// The object of this name, made at the first use.
fn find(objects: &Rc<Objects>, app: &'static App, env: &Env, name: String) -> Rc<Object> {
    if let Some(known) = objects.borrow().get(&name) {
        return Rc::clone(known);
    }
    let (all, own) = (Rc::downgrade(objects), name.clone());
    let state = State::of_test(move || {
        let object = all.upgrade().and_then(|all| all.borrow().get(&own).map(Rc::clone));
        let Some(object) = object else { return };
        clock::spawn(async move {
            if let Err(error) = object.alarm().await {
                log_error!("the alarm of an object failed: {error}");
            }
        });
    });
    let object = Rc::new(Object::new(app, state, env.clone()));
    objects.borrow_mut().insert(name, Rc::clone(&object));
    object
}
