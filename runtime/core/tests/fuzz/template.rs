//! Inputs that can name sealed or signed values. A fuzzer cannot guess one, and a copy of one in the
//! corpus would stop being genuine with every change of a format; so an input holds a byte that
//! stands for the value, whole or slightly changed.
//!
//! | bytes | become |
//! |---|---|
//! | `80+i` | value i |
//! | `A0+i p c` | value i, the character at p/256 of its length replaced by c |
//! | `C0+i p` | the first p/256 of value i |
//! | `E0+i p` | value i from p/256 on |
//! | `FF c` | c, whatever it is |
//! | any other | itself |

/// Longest result: larger than every limit of the core.
const MAX_LENGTH: usize = 80 * 1024;

/// What the input stands for.
pub fn expand(input: &[u8], values: &[&str]) -> Vec<u8> {
    let mut out = Vec::with_capacity(input.len());
    let mut rest = input.iter().copied();
    while let Some(byte) = rest.next() {
        if out.len() > MAX_LENGTH {
            break;
        }
        let value = values.get(usize::from(byte & 0x1f)).map(|value| value.as_bytes());
        match (byte, value) {
            (0xff, _) => out.extend(rest.next()),
            (0x80..=0x9f, Some(value)) => out.extend_from_slice(value),
            (0xa0..=0xbf, Some(value)) => {
                let start = out.len();
                let at = position(value, rest.next());
                out.extend_from_slice(value);
                if let (Some(place), Some(new)) = (out.get_mut(start + at), rest.next()) {
                    *place = new;
                }
            }
            (0xc0..=0xdf, Some(value)) => {
                out.extend_from_slice(&value[..position(value, rest.next())]);
            }
            (0xe0..=0xfe, Some(value)) => {
                out.extend_from_slice(&value[position(value, rest.next())..]);
            }
            (other, _) => out.push(other),
        }
    }
    out
}

/// Parts of the input, with the bytes after the last separator in the last part.
pub fn parts<const N: usize>(input: &[u8]) -> [&[u8]; N] {
    let mut parts = input.splitn(N, |byte| *byte == b'\n');
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}

fn position(value: &[u8], fraction: Option<u8>) -> usize {
    value.len() * usize::from(fraction.unwrap_or_default()) / 256
}
