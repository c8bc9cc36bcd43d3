//! Texts that people paste into a shell.

/// A word of a shell, in quotes where it needs them.
pub fn quoted(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=@%+,".contains(&byte);
    if !word.is_empty() && word.bytes().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// The command that adds or removes roles of `realm-management` of the service account of a client.
pub(super) fn change_roles(action: &str, realm: &str, client_id: &str, roles: &[&str]) -> String {
    let user = quoted(&format!("service-account-{client_id}"));
    let names: String = roles.iter().map(|role| format!(" --rolename {}", quoted(role))).collect();
    format!("kcadm.sh {action} -r {} --uusername {user} --cclientid realm-management{names}", quoted(realm))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_with_characters_of_the_shell_are_quoted() {
        for (word, expected) in [
            ("https://id.example.com/auth", "https://id.example.com/auth"),
            ("a realm", "'a realm'"),
            ("", "''"),
            ("$(id)", "'$(id)'"),
            ("it's", r"'it'\''s'"),
            ("[::1]", "'[::1]'"),
        ] {
            assert_eq!(quoted(word), expected);
        }
    }
}
