//! Numbers of identity papers that somebody typed into a reason do not go into a mail.

use std::borrow::Cow;

use domain::text::mask;

use self::currency::names_currency;

mod currency;

/// Digits of a CMND and of a CCCD.
const LENGTHS: [usize; 2] = [9, 12];
/// They are written in groups of so many.
const GROUP: usize = 3;
/// Digits that stay readable.
const SHOWN: usize = 3;
/// The longest group of a CCCD that is written as province, sex, year and the rest.
const LONGEST_PART: usize = 6;
/// Digits of a passport, behind its one capital letter.
const PASSPORT: [usize; 2] = [7, 8];

/// The text with the numbers of identity papers hidden but for their last 3 digits: `own`, that of
/// the applicant, whatever it is and however it is written; 9 or 12 digits in a row, groups of 3
/// that make 9 or more, and 12 in other short groups; passports. Telephone numbers have 10 or 11
/// digits; sums of money are told by their dots and their currency.
pub(super) fn hide_id_numbers(text: &str, own: Option<&str>) -> String {
    let text = own.map_or(Cow::Borrowed(text), |own| Cow::Owned(hide_own(text, own)));
    let mut hidden = String::with_capacity(text.len());
    let mut rest = text.as_ref();
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        let (number, after) = from.split_at(number_length(from));
        hidden.push_str(before);
        if ends_as_passport_begins(before) && PASSPORT.contains(&digits(number)) {
            let (passport, others) = number.split_at(digits(number));
            hidden.push_str(&mask(passport));
            hide(others, after, &mut hidden);
        } else {
            hide(number, after, &mut hidden);
        }
        rest = after;
    }
    hidden.push_str(rest);
    hidden
}

/// Hides a known number, whatever stands between its letters and digits.
fn hide_own(text: &str, own: &str) -> String {
    let own: Vec<char> = own.chars().filter(char::is_ascii_alphanumeric).collect();
    let mut letters: Vec<char> = text.chars().collect();
    let mut start = 0;
    while start < letters.len() {
        let Some(places) = places_of(&own, &letters, start) else {
            start += 1;
            continue;
        };
        start = places.last().map_or(start, |last| *last) + 1;
        for place in places.iter().rev().skip(SHOWN) {
            if let Some(letter) = letters.get_mut(*place) {
                *letter = '*';
            }
        }
    }
    letters.into_iter().collect()
}

/// Where the letters of `own` stand if it is written at `start`, and is not part of a longer number.
fn places_of(own: &[char], letters: &[char], start: usize) -> Option<Vec<usize>> {
    let is_digit = |letter: Option<&char>| letter.is_some_and(char::is_ascii_digit);
    let before = start.checked_sub(1).and_then(|place| letters.get(place));
    if is_digit(own.first()) && is_digit(before) {
        return None;
    }
    let mut places = Vec::with_capacity(own.len());
    for (place, letter) in letters.iter().enumerate().skip(start) {
        match own.get(places.len()) {
            None => break,
            Some(wanted) if wanted.eq_ignore_ascii_case(letter) => places.push(place),
            // Never before its first letter.
            Some(_) if !places.is_empty() && !letter.is_alphanumeric() => {}
            Some(_) => return None,
        }
    }
    let after = letters.get(places.last()? + 1);
    (places.len() == own.len() && !is_digit(after)).then_some(places)
}

/// Whether the text ends in one capital letter that stands alone.
fn ends_as_passport_begins(text: &str) -> bool {
    let mut letters = text.chars().rev();
    letters
        .next()
        .is_some_and(|letter| letter.is_ascii_uppercase())
        && letters
            .next()
            .is_none_or(|letter| !letter.is_alphanumeric())
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
        0 => match text.chars().next() {
            Some(mark @ ('.' | '-' | '–')) => mark.len_utf8(),
            _ => 0,
        },
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

#[cfg(test)]
mod tests {
    use super::hide_id_numbers as hide_all;

    fn hide_id_numbers(text: &str) -> String {
        hide_all(text, None)
    }

    #[test]
    fn the_number_of_the_applicant_is_hidden_whatever_it_is_and_however_it_is_written() {
        for (own, text, expected) in [
            (
                "C1234567",
                "Hộ chiếu C1234567 đã hết hạn",
                "Hộ chiếu *****567 đã hết hạn",
            ),
            ("C1234567", "hộ chiếu c 123-4567.", "hộ chiếu * ***-*567."),
            ("0101234567-001", "MST 0101234567-001", "MST **********-001"),
            ("0101234567-001", "MST 0101234567001,", "MST **********001,"),
            ("0101234567", "MST 0101 234 567", "MST **** *** 567"),
            ("001200000001", "001,200,000,001", "***,***,***,001"),
            ("001200000001", "001/200/000/001", "***/***/***/001"),
            ("A12345", "A12345A12345", "***345***345"),
            (
                "123456",
                "gọi 0912345678, số 123456",
                "gọi 0912345678, số ***456",
            ),
            ("123456", "12345", "12345"),
        ] {
            assert_eq!(hide_all(text, Some(own)), expected);
        }
    }

    #[test]
    fn passports_are_hidden_and_other_letters_with_digits_are_not() {
        for (text, expected) in [
            ("hộ chiếu B1234567", "hộ chiếu B****567"),
            ("P01234567 - 15/3/2020", "P*****567 - 15/3/2020"),
            ("H29.23-261120-0001", "H29.23-261120-0001"),
            ("biên lai BL1234567", "biên lai BL1234567"),
            ("A123456", "A123456"),
        ] {
            assert_eq!(hide_id_numbers(text), expected);
        }
    }

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
            ("thửa 123,124,125", "thửa 123,124,125"),
            ("nộp 150,000,000 đồng", "nộp 150,000,000 đồng"),
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
            ("001–200–000–001", "***–***–***–001"),
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
