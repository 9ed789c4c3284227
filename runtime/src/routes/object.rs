//! The Durable Object class: a person's grants, the requests counted for one network address, that a
//! sign-in came back, or what a feature keeps, by the name it was given.

use crate::features;
use crate::platform::host::{Request, Response};
use crate::ports::app::App;
use crate::ports::feature::Feature;
use crate::ports::object::Object;
use crate::tool;

impl Object {
    /// Serves one request of the Worker; nobody else can reach an object.
    ///
    /// # Errors
    /// The storage fails, or the request is not one of ours.
    pub async fn fetch(&self, request: Request) -> worker::Result<Response> {
        let path = request.path();
        match all(self.app()).find(|feature| path.starts_with(feature.prefix())) {
            Some(feature) => feature.serve(self, request).await,
            None => Response::error("no such operation", 404),
        }
    }

    /// Deletes what is of no more use, and everything when nothing is left.
    ///
    /// # Errors
    /// The storage fails; the platform tries again.
    pub async fn alarm(&self) -> worker::Result<Response> {
        for feature in all(self.app()) {
            if feature.alarm(self).await? {
                return Response::empty();
            }
        }
        // It is of a feature that the server no longer has.
        self.state().storage().delete_all().await?;
        Response::empty()
    }
}

/// Every feature that an object of the server may be of.
fn all(app: &'static App) -> impl Iterator<Item = &'static dyn Feature> {
    // First those that keep something beside the grants of a person, whose alarm is theirs then.
    tool::features::all(app).chain(features::of_every_server())
}
