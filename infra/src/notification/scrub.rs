//! Numbers of identity papers that somebody typed into a reason do not go into a mail.

/// Digits of a CMND and of a CCCD.
const LENGTHS: [usize; 2] = [9, 12];
/// They are written in groups of so many.
const GROUP: usize = 3;
/// Digits that stay readable.
const SHOWN: usize = 3;
/// The longest group of a CCCD that is written as province, sex, year and the rest.
const LONGEST_PART: usize = 6;

/// The text with the numbers of identity papers hidden but for their last 3 digits: 9 or 12 in a
/// row, groups of 3 that make 9 or more, and 12 in other short groups. Telephone numbers have 10
/// or 11 digits; sums of money are told by their dots and their currency.
pub(super) fn hide_id_numbers(text: &str) -> String {
    let mut hidden = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        let (number, after) = from.split_at(number_length(from));
        hidden.push_str(before);
        hide(number, after, &mut hidden);
        rest = after;
    }
    hidden.push_str(rest);
    hidden
}

/// How far groups of digits go that may be one number: with blanks, one dot or one dash between.
fn number_length(text: &str) -> usize {
    let mut length = digits(text);
    loop {
        let rest = text.get(length..).unwrap_or_default();
        let gap = gap(rest);
        let more = digits(rest.get(gap..).unwrap_or_default());
        if gap == 0 || more == 0 {
            return length;
        }
        length += gap + more;
    }
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

fn gap(text: &str) -> usize {
    match text.len() - text.trim_start().len() {
        0 => usize::from(text.starts_with(['.', '-'])),
        blanks => blanks,
    }
}

fn hide(number: &str, after: &str, hidden: &mut String) {
    let groups: Vec<&str> = number
        .split(|letter: char| !letter.is_ascii_digit())
        .filter(|group| !group.is_empty())
        .collect();
    let mut covers = covers(&groups, is_money(number, &groups, after)).into_iter();
    let (mut left, mut inside) = (0, false);
    for letter in number.chars() {
        let digit = letter.is_ascii_digit();
        if digit && !inside {
            left = covers.next().unwrap_or_default();
        }
        inside = digit;
        if digit && left > 0 {
            left -= 1;
            hidden.push('*');
        } else {
            hidden.push(letter);
        }
    }
}

/// How many digits of each group are hidden, from its head.
fn covers(groups: &[&str], money: bool) -> Vec<usize> {
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    if money {
        return vec![0; lengths.len()];
    }
    let whole = |length: usize| {
        if LENGTHS.contains(&length) {
            length - SHOWN
        } else {
            0
        }
    };
    let mut covers = Vec::with_capacity(lengths.len());
    for alike in lengths.chunk_by(|one, next| (*one == GROUP) == (*next == GROUP)) {
        // Three groups are a CMND, four a CCCD; more are several, and only the last shows its end.
        let grouped = alike.len() >= 3 && alike.first() == Some(&GROUP);
        let hidden = alike.len() - usize::from(grouped);
        covers.extend(alike.iter().enumerate().map(|(place, length)| {
            if grouped && place < hidden {
                GROUP
            } else {
                whole(*length)
            }
        }));
    }
    // A CCCD begins with the number of a province, a date and a time of day do not.
    let short = lengths.iter().all(|length| *length <= LONGEST_PART)
        && groups.first().is_some_and(|first| first.starts_with('0'));
    if short && lengths.iter().sum::<usize>() == 12 && covers.iter().all(|hidden| *hidden == 0) {
        let mut left = 12 - SHOWN;
        for (cover, length) in covers.iter_mut().zip(&lengths) {
            *cover = left.min(*length);
            left -= *cover;
        }
    }
    covers
}

/// `1.500.000`: groups of 3 after the first, dots alone between, no nought at its head. One of 9
/// or 12 digits looks like the number of a paper as well, so the currency must follow.
fn is_money(number: &str, groups: &[&str], after: &str) -> bool {
    let Some((first, others)) = groups.split_first() else {
        return false;
    };
    let dotted = number
        .chars()
        .all(|letter| letter.is_ascii_digit() || letter == '.');
    let sum = dotted
        && !others.is_empty()
        && !first.starts_with('0')
        && first.len() <= GROUP
        && others.iter().all(|group| group.len() == GROUP);
    sum && (first.len() < GROUP || names_currency(after))
}

fn names_currency(after: &str) -> bool {
    let word: String = after
        .trim_start()
        .chars()
        .take_while(|letter| letter.is_alphabetic())
        .flat_map(char::to_lowercase)
        .collect();
    ["đ", "đồng", "vnd", "vnđ"].contains(&word.as_str())
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
            ("gọi 0912 345 678", "gọi 0912 345 678"),
            ("gọi 02203.888.999", "gọi 02203.888.999"),
            ("gọi 0912345678 - 15/3", "gọi 0912345678 - 15/3"),
            ("trước 17:00 20.11.2026", "trước 17:00 20.11.2026"),
            ("20.11.2026 21.12", "20.11.2026 21.12"),
            ("nộp 1.500.000 đồng", "nộp 1.500.000 đồng"),
            ("nộp 150.000.000 đồng", "nộp 150.000.000 đồng"),
            ("nộp 12.150.000.000.", "nộp 12.150.000.000."),
            ("thửa 12 tờ 7", "thửa 12 tờ 7"),
            ("thửa 123 - 124 - 125", "thửa 123 - 124 - 125"),
            ("", ""),
        ] {
            assert_eq!(hide_id_numbers(text), expected);
        }
    }

    #[test]
    fn an_identity_number_is_hidden_whatever_figures_stand_beside_it() {
        for (text, expected) in [
            ("CCCD 001200000001 2 mặt", "CCCD *********001 2 mặt"),
            (
                "CCCD 001200000001 - 15/3/2020",
                "CCCD *********001 - 15/3/2020",
            ),
            ("1. 001200000001", "1. *********001"),
            ("1 001 200 000 001", "1 *** *** *** 001"),
            ("001200000001 001200000002", "*********001 *********002"),
            (
                "001 200 000 001 001 200 000 002",
                "*** *** *** *** *** *** *** 002",
            ),
            ("0912345678 012345678", "0912345678 ******678"),
        ] {
            assert_eq!(hide_id_numbers(text), expected);
        }
    }

    #[test]
    fn an_identity_number_is_hidden_however_it_is_grouped() {
        for (text, expected) in [
            ("CMND 012 345 678", "CMND *** *** 678"),
            ("CMND 123.456.789 đã cũ", "CMND ***.***.789 đã cũ"),
            ("CMND 012.345.678 đồng", "CMND ***.***.678 đồng"),
            ("012-345-678 2 bản", "***-***-678 2 bản"),
            (
                "001\u{a0}200\u{a0}000\u{a0}001",
                "***\u{a0}***\u{a0}***\u{a0}001",
            ),
            ("0012 0000 0001", "**** **** *001"),
            ("001 2 00 000001", "*** * ** ***001"),
        ] {
            assert_eq!(hide_id_numbers(text), expected);
        }
    }
}
