//! Numbers of identity papers that somebody typed into a reason do not go into a mail.

/// Digits of a CMND and of a CCCD.
const LENGTHS: [usize; 2] = [9, 12];

/// The text with every number of 9 or 12 digits hidden but for its last 3; those of 12 also where
/// blanks, dots or dashes stand between the groups. Telephone numbers have 10 or 11 digits.
pub(super) fn hide_id_numbers(text: &str) -> String {
    let mut hidden = String::with_capacity(text.len());
    let mut run = String::new();
    for letter in text.chars() {
        let inside = letter.is_ascii_digit() || (!run.is_empty() && is_gap(letter));
        if inside {
            run.push(letter);
        } else {
            close(&mut run, &mut hidden);
            hidden.push(letter);
        }
    }
    close(&mut run, &mut hidden);
    hidden
}

fn is_gap(letter: char) -> bool {
    matches!(letter, ' ' | '.' | '-')
}

/// Writes a run of digits and gaps out, hidden where it is such a number.
fn close(run: &mut String, hidden: &mut String) {
    let tail = run.trim_end_matches(is_gap).len();
    let number = run.get(..tail).unwrap_or_default();
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let grouped = number.contains(is_gap);
    let is_id = LENGTHS.contains(&digits) && (!grouped || digits == 12);
    if is_id {
        let mut left = digits.saturating_sub(3);
        for letter in number.chars() {
            if letter.is_ascii_digit() && left > 0 {
                left = left.saturating_sub(1);
                hidden.push('*');
            } else {
                hidden.push(letter);
            }
        }
    } else {
        hidden.push_str(number);
    }
    hidden.push_str(run.get(tail..).unwrap_or_default());
    run.clear();
}

#[cfg(test)]
mod tests {
    use super::hide_id_numbers;

    #[test]
    fn identity_numbers_are_hidden_and_phones_dates_and_sums_are_not() {
        for (text, expected) in [
            ("CCCD 001200000001.", "CCCD *********001."),
            ("số 001 200 000 001, thiếu", "số *** *** *** 001, thiếu"),
            ("CMND 012345678", "CMND ******678"),
            ("gọi 0912345678", "gọi 0912345678"),
            ("gọi 02203.888.999", "gọi 02203.888.999"),
            ("trước 17:00 20.11.2026", "trước 17:00 20.11.2026"),
            ("nộp 1.500.000 đồng", "nộp 1.500.000 đồng"),
            ("thửa 12 tờ 7", "thửa 12 tờ 7"),
            ("", ""),
        ] {
            assert_eq!(hide_id_numbers(text), expected);
        }
    }
}
