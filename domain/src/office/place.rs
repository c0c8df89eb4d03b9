//! The place of an office in the tree: ids from the root down, as `/1/7/`.

/// Levels of offices, the root included.
pub const MAX_DEPTH: usize = 8;

/// Path of the office without a parent.
pub fn root_path(id: i64) -> String {
    format!("/{id}/")
}

/// Path of an office right below the one at `parent_path`.
pub fn child_path(parent_path: &str, id: i64) -> String {
    format!("{parent_path}{id}/")
}

/// Whether the office at `path` is the one at `top` or stands below it.
pub fn is_within(path: &str, top: &str) -> bool {
    path.starts_with(top)
}

/// How many levels lie from the root down to this office, the root being 1.
pub fn depth(path: &str) -> usize {
    path.split('/').filter(|part| !part.is_empty()).count()
}

/// The path of an office at `path` after its ancestor (or itself) went from `old_top` to `new_top`.
pub fn moved_path(path: &str, old_top: &str, new_top: &str) -> Option<String> {
    path.strip_prefix(old_top)
        .map(|rest| format!("{new_top}{rest}"))
}

/// The first text, in byte order, after every path that begins with `top`: the paths of a subtree
/// are those from `top` (inclusive) to this one (exclusive), which an index can serve.
pub fn subtree_end(top: &str) -> String {
    // '0' follows '/' in ASCII.
    format!("{}0", top.strip_suffix('/').unwrap_or(top))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_office_is_within_itself_and_its_ancestors_only() {
        assert!(is_within("/1/7/", "/1/7/"));
        assert!(is_within("/1/7/", "/1/"));
        assert!(!is_within("/1/70/", "/1/7/"));
        assert!(!is_within("/1/", "/1/7/"));
    }

    #[test]
    fn the_range_of_a_subtree_holds_it_and_nothing_else() {
        let holds = |path: &str| path >= "/1/7/" && path < subtree_end("/1/7/").as_str();
        assert!(holds("/1/7/") && holds("/1/7/99/") && holds("/1/7/1/2/"));
        assert!(!holds("/1/") && !holds("/1/6/") && !holds("/1/70/") && !holds("/1/8/"));
    }

    #[test]
    fn a_move_rewrites_the_head_of_the_path() {
        assert_eq!(
            moved_path("/1/7/9/", "/1/7/", "/1/2/7/").as_deref(),
            Some("/1/2/7/9/")
        );
        assert_eq!(moved_path("/1/70/", "/1/7/", "/1/2/7/"), None);
        assert_eq!((depth("/1/"), depth("/1/2/7/")), (1, 3));
    }
}
