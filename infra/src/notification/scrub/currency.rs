//! Whether a currency follows a number, which tells a sum of money from the number of a paper.

/// What `đồng` before it is not the currency: joint owners, heirs and signers, consent, and places
/// that are written small.
const COMPOUNDS: [&str; 20] = [
    "bị", "chí", "chủ", "hới", "kính", "ký", "nai", "nguyên", "phú", "phạm", "quản", "sở", "sử",
    "tác", "tháp", "thừa", "thời", "xoài", "ý", "đứng",
];

/// `đ`, `đồng`, VND or VNĐ, on the same line. What may as well be a place (Đồng Nai), an address
/// (đ/c, đ. Lê Lợi) or another word (đồng thừa kế) is none: rather a sum too many is hidden.
pub(super) fn names_currency(after: &str) -> bool {
    let after = of_the_line(after);
    let end = after.find(|letter: char| !letter.is_alphabetic());
    let (word, rest) = after.split_at(end.unwrap_or(after.len()));
    match word {
        "đ" => is_no_address(rest),
        "Đ" => is_no_address(rest) && is_the_last(rest),
        "đồng" => is_no_compound(rest),
        "Đồng" | "ĐỒNG" => is_the_last(rest) || is_of_vietnam(rest),
        _ => ["vnd", "vnđ"].contains(&word.to_lowercase().as_str()),
    }
}

/// The text from the next letter or mark on; nothing where the line ends before it.
fn of_the_line(text: &str) -> &str {
    let text = text.trim_start_matches(|letter: char| {
        letter.is_whitespace() && !matches!(letter, '\n' | '\r')
    });
    match text.starts_with(char::is_whitespace) {
        true => "",
        false => text,
    }
}

/// Neither `đ/c` nor `đ.c`, nor `đ.` and `đ` before the name or the number of a street.
fn is_no_address(rest: &str) -> bool {
    let behind = rest.strip_prefix(['.', ':']);
    if behind.is_some_and(|text| text.starts_with(char::is_alphabetic)) {
        return false;
    }
    let next = of_the_line(behind.unwrap_or(rest)).chars().next();
    next.is_none_or(|next| next != '/' && !next.is_uppercase() && !next.is_numeric())
}

/// Whether no name follows: what is written in capitals may be the first word of one.
fn is_the_last(rest: &str) -> bool {
    let next = of_the_line(rest).chars().next();
    next.is_none_or(|next| matches!(next, '.' | ',' | ';' | '!' | '?' | '(' | ')' | '"' | '”'))
}

fn is_no_compound(rest: &str) -> bool {
    let rest = of_the_line(rest);
    if rest.starts_with(char::is_uppercase) {
        return is_of_vietnam(rest);
    }
    let end = rest.find(|letter: char| !letter.is_alphabetic());
    let (word, _) = rest.split_at(end.unwrap_or(rest.len()));
    !COMPOUNDS.contains(&word)
}

/// `đồng Việt Nam`.
fn is_of_vietnam(rest: &str) -> bool {
    of_the_line(rest).to_lowercase().starts_with("việt nam")
}

#[cfg(test)]
mod tests {
    use super::super::hide_id_numbers;

    #[test]
    fn a_place_an_address_or_a_joint_owner_behind_a_number_is_no_currency() {
        for after in [
            " Đồng Nai cấp",
            " Đồng Tháp",
            " ĐỒNG NAI",
            " Đồng nai",
            " đồng nai",
            " đồng Tháp",
            "\u{a0}Đồng\u{a0}Nai",
            "\nĐồng Nai",
            "\n\nđồng",
            " đ/c: 12 Lê Lợi",
            " Đ/c 12 Lê Lợi",
            " Đ/C 12 LÊ LỢI",
            " đ / c 12 Lê Lợi",
            "đ/c 12",
            " đ.c 12 Lê Lợi",
            " đ. Lê Lợi",
            " Đ. Lê Lợi",
            " đ.12 Lê Lợi",
            " đ 12 Lê Lợi",
            " đ: 12 Lê Lợi",
            " đc 12 Lê Lợi",
            " Đường Lê Lợi",
            " đồng sở hữu",
            " đồng thừa kế với ông A",
            " đồng ý",
            " đồng thời",
            ", Đồng Nai",
        ] {
            let text = format!("CMND cũ 272.345.678{after}");
            let hidden = format!("CMND cũ ***.***.678{after}");
            assert_eq!(hide_id_numbers(&text, None), hidden);
            let text = format!("CCCD 272.345.678.901{after}");
            let hidden = format!("CCCD ***.***.***.901{after}");
            assert_eq!(hide_id_numbers(&text, None), hidden);
        }
    }

    #[test]
    fn sums_are_shown_however_the_currency_is_written() {
        for sum in [
            "150.000.000 đồng",
            "150.000.000đ",
            "150.000.000 đ.",
            "150.000.000đ, hạn 15/3",
            "150.000.000 đ tiền sử dụng đất",
            "150.000.000 đ.\nHạn nộp: 15/3",
            "150.000.000 đồng. Hạn nộp: 15/3",
            "150.000.000 đồng\nHạn nộp: 15/3",
            "150.000.000 đồng chẵn",
            "150.000.000 đồng/năm",
            "150.000.000 đồng (một trăm năm mươi triệu đồng)",
            "150.000.000 đồng Việt Nam",
            "150.000.000 Đồng",
            "150.000.000 Đồng. Hạn nộp: 15/3",
            "150.000.000 Đồng (bằng chữ: …)",
            "NỘP 150.000.000 ĐỒNG.",
            "NỘP 150.000.000 ĐỒNG VIỆT NAM",
            "150.000.000Đ",
            "150.000.000 Đ, hạn 15/3",
            "150.000.000 VND",
            "150.000.000 VNĐ Kho bạc",
            "123.456.789.012 đồng",
        ] {
            assert_eq!(hide_id_numbers(sum, None), sum);
        }
    }
}
