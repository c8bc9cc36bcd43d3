//! How many users and projects a budget is assigned to, in words.

use crate::ui::counted;

/// "9,412 users, 1 project", or "Not assigned".
pub fn assigned_words(users: i64, projects: i64) -> String {
    let counts = [(users, "user"), (projects, "project")].into_iter().filter(|(count, _)| *count > 0);
    let words: Vec<_> = counts.map(|(count, one)| counted(count, one)).collect();
    if words.is_empty() { "Not assigned".to_owned() } else { words.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::assigned_words;

    #[test]
    fn holders_of_a_budget_read_as_a_phrase() {
        assert_eq!(assigned_words(0, 0), "Not assigned");
        assert_eq!(assigned_words(1, 0), "1 user");
        assert_eq!(assigned_words(9_412, 1), "9,412 users, 1 project");
        assert_eq!(assigned_words(10_001, 0), "10,000+ users");
        assert_eq!(assigned_words(0, 2), "2 projects");
    }
}
