//! Needs of completing parameters.

use super::argument::TextArgument;
use super::complete::Complete;
use crate::function::needs::Needs;

/// The needs of the function, and those of completing its parameters.
pub(crate) fn needs<'a>(
    mut needs: Needs,
    arguments: impl Iterator<Item = &'a TextArgument<'a>>,
) -> Needs {
    for complete in arguments.filter_map(|argument| argument.complete.as_ref()) {
        needs.completion = true;
        // The body of such a function is not seen here. It may look something up that is kept;
        // talking with the client and telling others are not for completions.
        if let Complete::Function(path) = complete {
            needs.state = true;
            needs.named.completers.push((**path).clone());
        }
    }
    needs
}
