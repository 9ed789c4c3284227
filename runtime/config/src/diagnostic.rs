//! Faults of a `mcp.toml`, and the place where they are gathered.

use std::cell::RefCell;
use std::fmt;
use std::ops::Range;

/// Declares [`Code`] from one table, so that a code cannot be without its number and its meaning.
macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $number:literal,)+) => {
        /// Stable code of a fault. A code keeps its meaning; numbers are never used again.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &[Code] = &[$(Code::$name,)+];

            /// The number that is printed, for example `MCP002`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Code::$name => $number,)+
                }
            }
        }
    };
}

codes! {
    /// The file is not TOML. Nothing else is checked then.
    SyntaxError = "MCP001",
    /// A key that `mcp.toml` does not have.
    UnknownKey = "MCP002",
    /// A value of another type than the key takes.
    WrongType = "MCP003",
    /// A required key is absent.
    MissingKey = "MCP004",
    /// An empty text, list or table where something must be.
    EmptyValue = "MCP005",
    /// The same value twice in one list.
    DuplicateValue = "MCP006",
    /// A value outside the set that the key takes.
    UnsupportedValue = "MCP007",
    /// Two keys that exclude each other.
    ConflictingKeys = "MCP008",
    /// Text with characters that the key does not take.
    InvalidText = "MCP009",
    /// A secret is written in the file. Its value is never printed.
    LiteralSecret = "MCP010",
    /// A secret is among `[wrangler.vars]`. Its value is never printed.
    SecretInVars = "MCP011",
    /// One Worker secret is used for two purposes.
    SharedSecret = "MCP012",
    /// Not a name of a Worker variable or binding.
    InvalidVariableName = "MCP013",
    /// The file is of a newer Toolgate. Nothing else is checked then.
    NewerSchema = "MCP014",
    /// Not an absolute address.
    InvalidUrl = "MCP020",
    /// Plain `http` to another host than this machine.
    InsecureUrl = "MCP021",
    /// Not an origin: scheme, host and port only.
    InvalidOrigin = "MCP022",
    /// Not an OAuth scope, or the scopes lack `openid`.
    InvalidScope = "MCP023",
    /// Not a private-use URI scheme, or one that is dangerous to redirect to.
    InvalidScheme = "MCP024",
    /// Not an address that a client may be sent back to.
    InvalidRedirectUri = "MCP025",
    /// Not a duration such as `90s`, `10m`, `12h` or `30d`.
    InvalidDuration = "MCP030",
    /// A number or duration outside its limits.
    OutOfRange = "MCP031",
    /// Not a rate such as `20/h` or `1000/d`.
    InvalidRate = "MCP033",
    /// Not a network range of a hosted client, or one that is too wide.
    InvalidNetwork = "MCP032",
    /// A policy name with other characters than `a-z`, `0-9` and `-`.
    InvalidPolicyName = "MCP040",
    /// A policy name that is built in.
    ReservedPolicyName = "MCP041",
    /// `policy` names a policy that the file does not have.
    UnknownPolicy = "MCP042",
    /// Policies that refer to each other in a circle.
    PolicyCycle = "MCP043",
    /// A policy or condition that says nothing about who passes.
    EmptyPolicy = "MCP044",
    /// Not an e-mail address that could ever match.
    InvalidEmail = "MCP045",
    /// Not a domain that could ever match.
    InvalidDomain = "MCP046",
    /// A claim that policies never see, or that has a condition key of its own, which checks more.
    ReservedClaim = "MCP047",
    /// Conditions that nobody can meet.
    Contradiction = "MCP048",
    /// Conditions that are nested or repeated beyond what is evaluated.
    PolicyTooComplex = "MCP049",
    /// `[wrangler]` sets something that is generated.
    WranglerCollision = "MCP050",
    /// `[wrangler]` uses something that would break the generated server.
    WranglerUnsupported = "MCP051",
    /// Not a name of a Worker.
    InvalidWorkerName = "MCP052",
    /// Not a name of an environment.
    InvalidEnvironmentName = "MCP053",
    /// `[env.<name>]` has something that is the same in every environment.
    SameEverywhere = "MCP054",
    /// `[env.<name>]` leads to a database, a queue or the like of production.
    SharedBinding = "MCP055",
    /// Not a colour such as `#0b5cad`.
    InvalidColor = "MCP060",
    /// A colour in which text cannot be read.
    LowContrast = "MCP061",
}

impl Code {
    /// True where the text that the diagnostic points at must not be printed.
    pub(crate) fn hides_value(self) -> bool {
        matches!(self, Self::LiteralSecret | Self::SecretInVars)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One fault of a `mcp.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which kind of fault.
    pub code: Code,
    /// Bytes of the source that are at fault; empty when something is missing altogether.
    pub span: Range<usize>,
    /// The fault, in one line.
    pub message: String,
    /// A way to put it right.
    pub help: Option<String>,
}

/// A fault of a value, before anybody knows where the value stands.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) code: Code,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

impl Fault {
    pub(crate) fn new(code: Code, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: Some(help.into()) }
    }
}

/// Gathers faults, so that one run reports all of them.
#[derive(Default)]
pub(crate) struct Sink {
    diagnostics: RefCell<Vec<Diagnostic>>,
}

impl Sink {
    pub(crate) fn report(&self, span: Range<usize>, fault: Fault) {
        let Fault { code, message, help } = fault;
        self.diagnostics.borrow_mut().push(Diagnostic { code, span, message, help });
    }

    /// Takes a fault over that was found elsewhere.
    pub(crate) fn push(&self, diagnostic: Diagnostic) {
        self.diagnostics.borrow_mut().push(diagnostic);
    }

    /// True where the very same has been reported.
    pub(crate) fn has(&self, diagnostic: &Diagnostic) -> bool {
        self.diagnostics.borrow().contains(diagnostic)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.diagnostics.borrow().is_empty()
    }

    /// Everything reported, in the order of the file.
    pub(crate) fn into_diagnostics(self) -> Vec<Diagnostic> {
        let mut diagnostics = self.diagnostics.into_inner();
        diagnostics.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.span.end));
        diagnostics.dedup();
        diagnostics
    }
}
