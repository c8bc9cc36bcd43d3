//! How many users and projects a budget is assigned to, in words.

use crate::ui::count_words;

/// "9,412 people, 1 project", or "Nobody".
pub fn assigned_words(people: i64, projects: i64) -> String {
    let people_words = match people {
        0 => None,
        1 => Some("1 person".to_owned()),
        many => Some(format!("{} people", count_words(many))),
    };
    let project_words = match projects {
        0 => None,
        1 => Some("1 project".to_owned()),
        many => Some(format!("{} projects", count_words(many))),
    };
    let words: Vec<String> = people_words.into_iter().chain(project_words).collect();
    if words.is_empty() { "Nobody".to_owned() } else { words.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::assigned_words;

    #[test]
    fn whom_a_budget_serves_reads_as_a_phrase() {
        assert_eq!(assigned_words(0, 0), "Nobody");
        assert_eq!(assigned_words(1, 0), "1 person");
        assert_eq!(assigned_words(9_412, 1), "9,412 people, 1 project");
        assert_eq!(assigned_words(10_001, 0), "10,000+ people");
        assert_eq!(assigned_words(0, 2), "2 projects");
    }
}
