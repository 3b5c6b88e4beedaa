//! Bytes in, complete lines out.

/// Collects the chunks of a stream and gives back each line once it is complete.
///
/// A network may cut the stream anywhere, also inside a character; a line is only read as
/// text once its last byte is there.
#[derive(Debug, Default)]
pub struct Lines {
    rest: Vec<u8>,
}

impl Lines {
    /// Takes in a chunk and returns the lines that it completes, without their line feeds.
    pub fn push(&mut self, chunk: &[u8]) -> Vec<String> {
        self.rest.extend_from_slice(chunk);
        let Some(end) = self.rest.iter().rposition(|&byte| byte == b'\n') else {
            return Vec::new();
        };
        let rest = self.rest.split_off(end + 1);
        let complete = std::mem::replace(&mut self.rest, rest);
        complete[..end]
            .split(|&byte| byte == b'\n')
            .map(|line| String::from_utf8_lossy(line).into_owned())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_split_gives_the_same_lines() {
        let text = "one\nzwei é ☂\n\nlast".as_bytes();
        for first in 0..=text.len() {
            for second in first..=text.len() {
                let mut lines = Lines::default();
                let mut found = lines.push(&text[..first]);
                found.extend(lines.push(&text[first..second]));
                found.extend(lines.push(&text[second..]));
                assert_eq!(
                    found,
                    ["one", "zwei é ☂", ""],
                    "split at {first} and {second}"
                );
                assert_eq!(lines.push(b"\n"), ["last"]);
            }
        }
    }
}
