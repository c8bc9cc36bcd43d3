//! Passwords that people read out, copy once and change at the first sign-in.

use crate::random::Random;

/// Letters and digits that nobody mixes up: without i, l, o, 0 and 1.
const ALPHABET: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";
const GROUPS: usize = 5;
const GROUP: usize = 4;

/// Five groups of four characters, 99 bits, for example `k7mf-2xqp-wd4n-hv9t-c3ya`.
pub(crate) fn one_time_password(random: &Random) -> String {
    // 128 bits for 99: the remainder favours no character by more than one part in 2^24.
    let mut number = u128::from_ne_bytes(random.bytes());
    let mut password = String::with_capacity(GROUPS * (GROUP + 1));
    for at in 0..GROUPS * GROUP {
        if at > 0 && at % GROUP == 0 {
            password.push('-');
        }
        let digit = number % ALPHABET.len() as u128;
        number /= ALPHABET.len() as u128;
        password.push(char::from(ALPHABET[digit as usize]));
    }
    password
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::password::{NewPassword, PasswordPolicy};
    use std::collections::BTreeSet;

    #[test]
    fn it_is_readable_and_never_the_same() {
        let random = Random::system();
        let made: BTreeSet<String> = (0..1_000).map(|_| one_time_password(&random)).collect();
        assert_eq!(made.len(), 1_000);
        for password in &made {
            assert_eq!(password.split('-').map(str::len).collect::<Vec<_>>(), [4; 5], "{password}");
            assert!(password.bytes().all(|byte| byte == b'-' || ALPHABET.contains(&byte)), "{password}");
            assert!(NewPassword::parse(password, "ada@example.com", PasswordPolicy::default()).is_ok(), "{password}");
        }
    }

    #[test]
    fn every_character_comes_from_the_random_source() {
        let ones = one_time_password(&Random::from_fn(|bytes| bytes.fill(0)));
        assert_eq!(ones, "aaaa-aaaa-aaaa-aaaa-aaaa");
        let distinct: BTreeSet<char> = one_time_password(&Random::from_fn(|bytes| bytes.fill(0xa5))).chars().collect();
        assert!(distinct.len() > 8, "{distinct:?}");
    }
}
