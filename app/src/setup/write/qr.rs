//! QR codes as pictures (ISO/IEC 18004).

use std::fmt::Write as _;

use fast_qr::{ECL, QRBuilder};

/// The text is longer than what a camera reads from a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text is longer than {MAX_LEN} bytes")]
pub struct TooLong;

/// How long a text may be, in bytes. Codes of more have so many squares that cameras of phones fail.
pub const MAX_LEN: usize = 800;

/// The margin that cameras need around the code, in squares.
const MARGIN: usize = 4;

/// Draws a text as an SVG element with a title for those who do not see it. It has attributes only and no style, so
/// that it may stand in a page with a strict content security policy. Its colours are black on white in dark pages,
/// too: many readers fail on the inverse.
///
/// # Errors
///
/// When the text is too long.
pub fn svg(text: &str, title: &str) -> Result<String, TooLong> {
    if text.len() > MAX_LEN {
        return Err(TooLong);
    }
    let code = QRBuilder::new(text).ecl(ECL::M).build();
    let code = code.map_err(|_| TooLong)?;
    let mut path = String::new();
    for row in 0..code.size {
        let mut column = 0;
        while column < code.size {
            let run = (column..code.size).take_while(|&column| code[row][column].value());
            let run = run.count();
            if run > 0 {
                let (x, y) = (column + MARGIN, row + MARGIN);
                // Writing into a string does not fail.
                let _ = write!(path, "M{x} {y}h{run}v1h-{run}z");
            }
            column += run.max(1);
        }
    }
    let size = code.size + 2 * MARGIN;
    let title = html_escape::encode_safe(title);
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\" role=\"img\" \
         shape-rendering=\"crispEdges\"><title>{title}</title>\
         <path fill=\"#fff\" d=\"M0 0h{size}v{size}H0z\"/><path fill=\"#000\" d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_has_a_title_and_no_style() {
        let picture = svg("https://help.example/", "\"><script>").unwrap();
        assert!(picture.starts_with("<svg xmlns="), "{picture}");
        assert!(
            picture.contains("<title>&quot;&gt;&lt;script&gt;</title>"),
            "{picture}"
        );
        assert!(!picture.contains("style"), "{picture}");
        // A code of 25 squares, and the margins.
        assert!(picture.contains("viewBox=\"0 0 33 33\""), "{picture}");
        // The upper edge of the finder pattern in the corner.
        assert!(picture.contains("d=\"M4 4h7v1h-7z"), "{picture}");
    }

    #[test]
    fn only_what_a_camera_reads_is_drawn() {
        assert!(svg(&"a".repeat(MAX_LEN), "x").is_ok());
        assert_eq!(svg(&"a".repeat(MAX_LEN + 1), "x"), Err(TooLong));
    }
}
