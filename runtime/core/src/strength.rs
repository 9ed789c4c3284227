//! Strength of an encryption key: signs in its text that it was not drawn at random.

use std::fmt;

use crate::limits::{MAX_KEYS, MIN_KEY_BLOCK, MIN_KEY_DISTINCT, MIN_KEY_LENGTH};

/// Why an encryption key was refused. The message never holds the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// The list has no key.
    Missing,
    /// A key is too short.
    Short,
    /// A key has too few different characters.
    Uniform,
    /// A key repeats a short block.
    Repeated,
    /// The characters of a key only rise or only fall.
    Ordered,
    /// The list has too many keys.
    TooMany,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => write!(f, "it is not set")?,
            Self::Short => {
                write!(f, "it is too short: a key has at least {MIN_KEY_LENGTH} characters")?
            }
            Self::Uniform => write!(
                f,
                "it is not random: it has fewer than {MIN_KEY_DISTINCT} different characters"
            )?,
            Self::Repeated => write!(
                f,
                "it is not random: it repeats a block of fewer than {MIN_KEY_BLOCK} characters"
            )?,
            Self::Ordered => write!(f, "it is not random: its characters are in order")?,
            Self::TooMany => write!(f, "it lists more than {MAX_KEYS} keys")?,
        }
        write!(f, "; make one with `openssl rand -hex 32`")
    }
}

impl std::error::Error for KeyError {}

/// The sign that nobody drew the key at random. Random keys show it less than once in a million.
pub(crate) fn weakness(key: &[u8]) -> Option<KeyError> {
    let distinct = (0..=u8::MAX).filter(|byte| key.contains(byte)).count();
    let repeats = |block: usize| key.iter().zip(&key[block..]).all(|(one, other)| one == other);
    // One break, as between the letters and the digits of a keyboard's row, is still in order.
    let steps = |is_step: fn(u8, u8) -> bool| {
        key.windows(2).filter(|pair| !is_step(pair[0], pair[1])).count() <= 1
    };
    if key.len() < MIN_KEY_LENGTH {
        Some(KeyError::Short)
    } else if distinct < MIN_KEY_DISTINCT {
        Some(KeyError::Uniform)
    } else if (1..MIN_KEY_BLOCK).any(repeats) {
        Some(KeyError::Repeated)
    } else if steps(|one, next| one < next) || steps(|one, next| one > next) {
        Some(KeyError::Ordered)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seal::{Keyring, sha256};

    const ONE: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn keys_that_were_drawn_at_random_are_accepted_whatever_their_alphabet() {
        // Of 32 hexadecimal digits, eight different ones.
        assert!(Keyring::parse("3a71c0a93f7a1c330f9a7c1a0f3c97a1").is_ok());
        for seed in 0..5000_u32 {
            let key = sha256(&seed.to_string());
            assert!(Keyring::parse(&key).is_ok(), "{key}");
            let hex: String = key.bytes().map(|byte| format!("{:x}", byte % 16)).take(32).collect();
            assert!(Keyring::parse(&hex).is_ok(), "{hex}");
        }
    }

    #[test]
    fn weak_or_missing_keys_are_refused_with_the_command_that_makes_one() {
        for (list, error) in [
            ("", KeyError::Missing),
            (" , ", KeyError::Missing),
            ("COOKIE_ENCRYPTION_KEY", KeyError::Short),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", KeyError::Uniform),
            ("abcdefgabcdefgaabbccddeeffggabcdefg", KeyError::Uniform),
            ("abcdefghabcdefghabcdefghabcdefgh", KeyError::Repeated),
            ("correct-horse!!correct-horse!!correct-h", KeyError::Repeated),
            ("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", KeyError::Ordered),
            ("abcdefghijklmnopqrstuvwxyz0123456789", KeyError::Ordered),
            ("zyxwvutsrqponmlkjihgfedcba9876543210", KeyError::Ordered),
            (&format!("{ONE},short"), KeyError::Short),
            (&[ONE; 6].join(","), KeyError::TooMany),
        ] {
            assert_eq!(Keyring::parse(list).unwrap_err(), error);
            assert!(error.to_string().contains("openssl rand -hex 32"));
        }
    }
}
